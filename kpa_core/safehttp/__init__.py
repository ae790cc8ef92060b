"""The only way kpa speaks HTTP to another machine, whoever named that machine.

``client`` asks and ``answers`` says what comes back; ``addresses`` says where one may go;
``sockets`` go only there and give up at the ``deadline``; ``bodies`` keep answers small;
``backoff`` says when to try again; ``errors`` are all one may catch.
Nothing is imported here: most commands never go out and must not pay for it.
"""
