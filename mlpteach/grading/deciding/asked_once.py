"""One answer for a whole notebook: whoever is asked for a name may not give each check another."""


class AskedOnce:
    """Answers a check's calls; of one function always what it returned the first time.

    Parameters
    ----------
    session : mlpteach.grading.deciding.session.Session
    function : str
        Called without arguments, such as the one that returns a student's name.
    """

    def __init__(self, session, function):
        self._session, self._function, self._replies = session, function, []

    def answer(self, call):
        """Make a call, or repeat what was answered; raises what the session raises."""
        if call.function != self._function:
            return self._session.answer(call)
        if not self._replies:
            self._replies.append(self._session.answer(call))
        return self._replies[0]

    def variable(self, name, place):
        """Look at a variable; raises what the session raises."""
        return self._session.variable(name, place)
