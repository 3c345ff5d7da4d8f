"""`python -m tests.faults.saved RECIPE FOLDER`: build a recipe's tiny trainer and save it."""

import sys

from tests.contract.cases import built, loaded, tiny

if __name__ == "__main__":
    recipe, folder = sys.argv[1:]
    trainer = built(recipe, tiny(recipe))
    trainer._settle(loaded(trainer.config))
    trainer.save(folder)
