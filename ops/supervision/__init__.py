"""The parts of the supervisor: what to run, how to print it, how to end it."""
