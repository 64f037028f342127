"""Run a program that ends when its parent does, however that ends: ``PARENT USER PROGRAM WORD...``.

``PARENT`` is the number of the parent, ``USER`` the name of who is to run it, ``-`` to stay the
same. Changing the user forgets the signal that was asked for, so that comes last.
"""

import ctypes
import os
import pwd
import signal
import sys

SET_PARENT_DEATH_SIGNAL = 1
"""PR_SET_PDEATHSIG of Linux, prctl(2)."""

if __name__ == "__main__":
    parent, user, *command = sys.argv[1:]
    if user != "-":
        account = pwd.getpwnam(user)
        os.setgroups([])
        os.setgid(account.pw_gid)
        os.setuid(account.pw_uid)
    os.chdir("/")
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(SET_PARENT_DEATH_SIGNAL, signal.SIGQUIT)
        if os.getppid() != int(parent):  # it had ended before
            sys.exit(1)
    os.execv(command[0], command)
