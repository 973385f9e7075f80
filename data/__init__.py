"Drawn samples and weights made by formula; README.md beside this file says how each was made"
