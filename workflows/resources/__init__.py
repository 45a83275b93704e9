"""What Task states of definitions have done: resources, their names and arguments, who may use them."""
