"""Floor: wakes whoever waits for messages, in this process and in others. Nothing depends on a signal: all poll too."""
