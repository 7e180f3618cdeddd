"""What runs inside the sandbox, beside the student's code: nothing here is secret or trusted.

It must not import the rest of mlpteach, which is not there.
"""
