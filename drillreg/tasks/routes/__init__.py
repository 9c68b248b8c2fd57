"""Pages of tasks, split by noun: lists, giving, one task, its files, the to-do list, chasing."""

from drillreg.tasks.routes import assigning, chasing, files, lists, moving, showing, todo
from drillreg.tasks.routes.blueprint import bp

__all__ = ["assigning", "bp", "chasing", "files", "lists", "moving", "showing", "todo"]
