"""From typing to a post that is ready to be sent: who speaks, whom it names, what to look at again."""
