"""Assignment brings each person who may be met to one case-management agency, and keeps the place while it lasts.

It offers blind, to one agency at a time; hears accept, decline and silence; tells a waiting officer in time when nobody
comes; keeps the waiting list; and follows the relation through hand-off, intake and end. How it decides is written at
the top of `domain`.
"""
