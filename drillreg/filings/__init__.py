"""What follows an issue: filing with the office above, publication, training."""
