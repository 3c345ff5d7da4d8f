"""The programs behind the commands of every recipe."""
