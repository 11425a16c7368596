#!/usr/bin/env bash
# Registers Suture's search attributes; safe to repeat. Address and namespace come from the temporal command's own settings.
set -euo pipefail
temporal operator search-attribute create \
    --name CorrelationId --type Keyword \
    --name Facility --type Keyword \
    --name Process --type Keyword \
    --name Stage --type Keyword \
    --name WaitingFor --type KeywordList \
    --name BusinessKey --type Keyword
