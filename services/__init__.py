"""Who listens and answers: the hub's services, the pipes between them, and the commands that run them."""
