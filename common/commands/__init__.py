"""Programs behind the commands of all recipes."""
