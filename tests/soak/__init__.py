"""Long trainings, watched from outside: does anything grow that should not?"""
