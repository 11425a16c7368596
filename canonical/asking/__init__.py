"""What a workflow asks of an activity, one module for each that is asked: one model in, one model out."""
