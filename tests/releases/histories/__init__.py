"""What happens on a stack, as requests and events: one function for each noun.

Together they store each kind of item and each status, and read it in each way that there is. An
answer that is not as expected fails the history itself, so it does not test nothing.
"""
