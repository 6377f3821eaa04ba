"""An officer's file: taken in, read beside the server, shown before it is applied."""
