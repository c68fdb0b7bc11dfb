-- Ids of records that were erased, and of the offers and reviews that were about them: no other line of them is kept,
-- whenever it comes.

CREATE TABLE erased (
    id text PRIMARY KEY
);
