"""Working days with China's make-up days, and the rhythm in which drills recur."""
