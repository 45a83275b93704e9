"""What the activities of a definition's execution do: begin, do a task, write down where it is, begin branches and items, end."""
