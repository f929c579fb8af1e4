"""The verbs of a generation's life, one a file. They meet only through `transitions` and the row.

Entry points: `create` makes a row, `submit` hands it to the gateway, `answers` writes what came back, `poll` follows
it, `collect` stores what came, `cancel` and `retry` do what a person asks, `reconcile` is for staff, `upkeep` sweeps.

Every fault has an answer. For each: where the row ends, what the person reads, what staff read beside it, and who may
do what next. Staff always see events, the gateway's own words and the last raw reply on the row's page.

    SUBMIT                          ends as       the person reads         staff read            next
    no connection, gateway down     queued        waiting in line          given_back_upstream   tried again by itself: 2 … 60 s
    429                             queued        waiting in line          given_back_rate       by itself, 20 times; then failed: rate
    401, a key that cannot be sent  queued        a banner: paused         auth                  one probe a minute; staff mend the key
    402, 403 out of credit          queued        a banner: paused         credit                one probe a minute; staff top up
    moderation, bad field           failed        refused, bad input       code and words        the person edits or retries
    a given file cannot be read     failed        input missing            the file's role       the person chooses another, or retries
    503 model_not_found             failed        model unavailable        model_unavailable     retry; staff look at the catalogue
    5xx without a meaning           uncertain     it may have been taken   upstream              submit again, give up; staff enter an id
    broken connection               uncertain     it may have been taken   upstream              the same
    silence, an answer that drips   uncertain     it may have been taken   upstream, timeout     the same
    HTML, bad JSON, no task id      uncertain     it may have been taken   protocol              the same
    worker or cluster killed        uncertain     it may have been taken   engine_gone           the same, at once
    host gone for good              uncertain     it may have been taken   lease_expired         the same, when its lease is over
    killed between claim and POST   uncertain     it may have been taken   engine_gone           the same: nobody can tell
    process frozen before the POST  queued        waiting in line          lease_nearly_over     by itself, nothing was sent
    process frozen after the POST   in_progress   running                  accepted              the answer waits in the socket
    answer after all                in_progress   running                  answer_arrived_late   by itself
    answer after a second submit    in_progress   running                  two gateway tasks     the second is followed, the first kept
    disk full as a picture comes    submitting    running                  the system's words    the picture waits in memory for room

    POLL
    5xx, 401, 429, HTML, silence    in_progress   running                  error count           4 … 60 s later, without end
    429 with Retry-After            in_progress   running                  hold_until            all rows of that gateway wait so long
    three 404, three equal codes    failed        result missing           output_missing        poll now by staff, retry
    a stated error of the task      failed        its reason               code and words        retry, or edit
    the task canceled over there    canceled      it may be charged        canceled_by_gateway   retry
    an unknown status word          in_progress   running                  the word              by itself
    success without a link          in_progress   running                  raw reply             5 times; then failed: output_missing
    over an hour                    in_progress   longer than usual        overdue               every 10 min for 48 h; then failed: timeout
    engine killed or frozen         in_progress   running                  nothing               polled again when its lease is over: 15 s

    DOWNLOAD
    cut at any length               storing       saving                   detail                resumed at that byte; 8 tries
    slower than four minutes        storing       saving                   detail                resumed at that byte; 8 tries
    link expired                    in_progress   running                  link_gone             one more poll for a fresh link; 8 times
    larger than allowed             failed        too large                output_too_large      retry
    larger than announced           storing       saving                   detail                never stored; fetched anew; 8 tries
    of the wrong type, damaged      failed        cannot be used           output_invalid        after 8 tries; retry
    redirected to the inside        storing       saving                   detail                refused; 8 tries, then output_missing
    ends each process that looks    failed        cannot be used           output_invalid        after 8 processes; retry
    disk full, bucket away          storing       saving                   the system's words    each minute for a day; then output_missing
    host gone that has the answer   storing       saving                   the host's name       waits for that host a day; then output_missing
    job killed, or lost by queue    storing       saving                   nothing               due at once, or after a minute

    MACHINE
    killed at any moment            by lease      as above                 events                rows come due again by themselves
    web server killed               unchanged     the page, after a moment nothing               started anew; the same form makes one row
    database locked or restarted    unchanged     as before                a tick failed         answers wait in memory; next tick
    a commit's answer was lost      queued        waiting in line          never_sent            what was claimed and not sent goes back
    wake-ups lost, Redis away       unchanged     as before                one line in the log   found at the next tick
    clock set forward an hour       unchanged     running                  events                leases end early; late answers land
    clock set back an hour          unchanged     waiting at most 15 min   a line in the log     `engine.steadying` brings rows back

A late success after `canceled` or `given_up` lands as `completed`, marked so. *Check again* is offered by no adapter:
the gateway documents no way to look a request up. `tests/generations/lifecycle/test_fault_table.py` names a test for
each row.
"""

# ruff: noqa: E501 - a table is read in rows
