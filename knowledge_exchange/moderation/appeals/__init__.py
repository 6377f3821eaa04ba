"""A decision looked at again by somebody else."""
