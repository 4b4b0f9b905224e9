# The commands of CI by shorter names; each stands in .ci/run, which needs no `just`.

# Everything that CI runs
ci:
    bash .ci/run

# Formatting, lints, documentation of the code, owners of dependencies
check:
    bash .ci/run format lint docs owners

# The tests
test:
    bash .ci/run test

# The documentation of the code alone
docs:
    bash .ci/run docs

# This repository's own policies, into public/
site:
    bash .ci/run site

# The corpora: built twice, compared, judged
corpora:
    bash .ci/run corpora

# The pages in a real browser
browser:
    bash .ci/run browser

# Notices: mails through Postfix, webhooks, kills
notices:
    bash .ci/run notices

# How fast mails go out
mails:
    bash .ci/run mails

# Time and memory beside Hugo
bench:
    bash .ci/run bench

# The stages alone
stages:
    bash .ci/run stages
