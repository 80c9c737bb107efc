/** Every limit and interval that the core leans on, with its unit in its name and its reason beside it. */

export const SECOND_MS = 1_000;
export const MINUTE_MS = 60 * SECOND_MS;
export const HOUR_MS = 60 * MINUTE_MS;
export const DAY_MS = 24 * HOUR_MS;

/** A DynamoDB item holds 400 KiB with its attribute names; 4 KiB stay for the key, the position and the counters. */
export const MAX_EVENT_BYTES = 396 * 1024;

/**
 * DynamoDB sort keys hold 1,024 bytes: 32 for time and separators, the id with each of its bytes escaped to three, and
 * the rest for the encoded tiebreaker.
 */
export const MAX_POSITION_BYTES = 1_024;
export const MAX_ID_BYTES = 256;
export const MAX_TIEBREAKER_BYTES = 224;

/** A longer text is no tiebreaker, whatever it would be when encoded: it is refused before anybody reads it. */
export const MAX_TIEBREAKER_CHARS = 1_024;

/** DynamoDB partition keys hold 2,048 bytes; a longer ordering key is replaced by its digest. */
export const MAX_ORDERING_KEY_BYTES = 1_024;

/** The names of the consumers that a run is for stand in each item of its lanes, beside the largest event. */
export const MAX_CONSUMERS_BYTES = 512;

/** One append carries at most this much, so that a batch of appends fits Lambda's 6 MB stream payload with room. */
export const MAX_APPEND_BYTES = 128 * 1024;

/**
 * Events taken from the sealed set at a time: bounds memory, and how much one crash makes the next run repeat. The more
 * there are, the more of a lane's events go into one append. Any event fits a batch.
 */
export const MAX_BATCH_EVENTS = 12_000;
export const MAX_BATCH_BYTES = 12 * 1024 * 1024;

/** A batch whose pages take longer is what was read until then. */
export const MAX_TAKE_MS = 4 * SECOND_MS;

/** Lanes appended to at once: enough to hide DynamoDB's latency, few enough for a small function's sockets. */
export const APPEND_CONCURRENCY = 32;

/** First page of a bucket; each next page is four times larger, so a sparse replay never reads far ahead. */
export const FIRST_PAGE_EVENTS = 4;
export const LAST_PAGE_EVENTS = 1_024;

/**
 * What the pages of all buckets may hold together. `sequence` has 256 MB: some 70 are Node.js and the code, 50 are V8's
 * young generation, and what is read and appended passes through several forms, which lie about until the next collection.
 */
export const MAX_PAGES_BYTES = 16 * 1024 * 1024;

/**
 * The longest that one request to AWS takes: four attempts, on the fast way five, that each have their answer within three
 * seconds, and up to three and a half seconds between them (`src/aws/clients.ts`, `src/aws/fast-way.ts`).
 */
export const LONGEST_REQUEST_MS = 20 * SECOND_MS;

/**
 * How long the sealed set is counted before the row keeps what has been counted, and a cancellation is noticed. A page
 * that was begun just before, and the save, come on top: with the look at the row they fit `MIN_STEP_MS`.
 */
export const COUNT_STEP_MS = 5 * SECOND_MS;

/** Buckets that are counted at once: the answers are small. */
export const COUNT_CONCURRENCY = 32;

/** Pages that are read at once. One of 1 MB takes about six while it is parsed. */
export const READ_CONCURRENCY = 8;

/**
 * So often the pages that are missing are asked for while some come, and time is left: each time takes the SDK some seconds
 * where a table is throttled.
 */
export const MAX_FILL_ATTEMPTS = 16;

/**
 * A pause shorter than this is waited in memory, to the millisecond; a longer one in a `Wait` state. At 256 MB
 * ten seconds of Lambda cost about one and a half state transitions.
 */
export const IN_MEMORY_WAIT_MS = 10 * SECOND_MS;

/**
 * A step this close is waited for in memory, whatever the phase: five seconds of Lambda at 256 MB cost a quarter of the
 * three transitions of a `Wait`'s loop, which would also truncate the time to its second.
 */
export const SOON_MS = 5 * SECOND_MS;

/** `Wait` works in whole seconds and a function starts cold, so the sequencer asks to be woken this much early. */
export const WAKE_EARLY_MS = 2 * SECOND_MS;

/**
 * While a service is unavailable, the sequencer leaves it alone for this long, then twice as long and so on, up to the
 * maximum. A minute is short beside what a throttled table needs to recover, and costs 60 calls an hour.
 */
export const MIN_BACKOFF_MS = SECOND_MS;
export const MAX_BACKOFF_MS = MINUTE_MS;

/**
 * No single `Wait` is longer: by then a command that somebody has typed into a row takes effect, where nothing has woken
 * its sequencer. A day of such waits costs about two cents.
 */
export const MAX_WAIT_MS = 5 * MINUTE_MS;

/** So long before its function's deadline the sequencer begins nothing new: one append, and the save after it. */
export const MIN_REMAINING_MS = 2 * LONGEST_REQUEST_MS;

/** No page is read for release later than this: what it brings is still to be appended, and the checkpoint saved. */
export const MIN_REMAINING_TO_READ_MS = MIN_REMAINING_MS + LONGEST_REQUEST_MS;

/** A step that is not a walk (which keeps its own deadline) takes five requests at most: get, describe, two depths, save. */
export const MIN_STEP_MS = 5 * LONGEST_REQUEST_MS;

/**
 * A call of `collect` with a batch gives up what is not done so long before its deadline, to answer for the rest; where it
 * has little time, as in the local runtime, no more than this share of it.
 */
export const ANSWER_MS = SECOND_MS;
export const ANSWER_SHARE = 1 / 5;

/**
 * So long after a window's end a replay of it should begin: an event may take that long into the archive.
 * https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-archive.html#eb-archive-timing
 */
export const RECENT_WINDOW_MS = 10 * MINUTE_MS;

/**
 * A call of `collect` with one event gives up so long after it began: its state waits three seconds for it, the start
 * included, and what is done after that holds concurrency of the account for nobody.
 */
export const COLLECT_PATIENCE_MS = 2_500;

/** How often the checkpoint is written, or the row looked at for a command, while events are being released. */
export const CHECKPOINT_EVERY_MS = SECOND_MS;

/** How many events a second are released is counted over at least so long. */
export const RATE_OVER_MS = 10 * SECOND_MS;

/** How often the history of a run is written, at most: that costs a third of what the row's saves cost meanwhile. */
export const HISTORY_EVERY_MS = 10 * SECOND_MS;

/** Less time than this in a call, and no history is written: two requests that are given up after a second each. */
export const HISTORY_TAKES_MS = 5 * SECOND_MS;

/** What a history has at most. An item of some kilobytes, mostly two write units. */
export const MOST_HISTORY_POINTS = 100;
export const MOST_HISTORY_COMMANDS = 100;

/** What was taken up stands in the row until the history has it: a step each second takes up two, for ten seconds. */
export const MOST_ROW_COMMANDS = 24;

/** If none of so many events has an ordering key, a person is told. */
export const KEYLESS_EVENTS = 100;

/**
 * A sequencer holds its lease this long beyond its next planned step: several calls of `sequence` (300 s each) may
 * fail and be retried before another one is started beside it. Two at once are safe (R4), only wasteful.
 */
export const LEASE_GRACE_MS = 20 * MINUTE_MS;

/**
 * Iterations of one `sequence` execution. One iteration writes at most 9 history events, plus 3 for each of its 24
 * retries (12 of a call that was throttled, 12 of one that failed); 300 x 81 stays below the 25,000 at which Step
 * Functions ends an execution: https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html
 */
export const MAX_ITERATIONS = 300;

/**
 * Empty readings of both queues in a row before a replay is sealed. Depths lag, so a message that moves between the
 * queues just before a reading is in neither. It can do so twice, dying and being redriven, but not three times: to die
 * again it has to be received five times, a visibility timeout apart.
 */
export const EMPTY_READINGS = 3;

/** A reading that took longer, as on a host that stood still, is none: what it saw first may have changed meanwhile. */
export const MAX_READING_MS = 30 * SECOND_MS;

/** If a reading is more than this late, counting starts again at 1. */
export const MAX_READING_DELAY_MS = MINUTE_MS;

/** Readings are planned at most this late, so that a sequencer that is slow does not start to count again. */
export const PLANNED_READING_DELAY_MS = 40 * SECOND_MS;

/** Once no event has arrived for so long, the replay may be over: it is looked at more often, for so long. */
export const QUIET_AFTER_MS = 10 * SECOND_MS;
export const QUICK_LOOKS_FOR_MS = 3 * MINUTE_MS;

/** Such a look is so much sooner, and waited for in memory: three seconds cost a seventh of a `Wait`'s loop. */
export const QUICK_LOOKS_FACTOR = 5;

/** How many generations the healer tries in one go when the names before are taken by executions that have ended. */
export const MAX_START_ATTEMPTS = 5;

/**
 * How often the healer tries to save what it was told of an execution that has ended, where somebody else saves at the
 * same moment: a call of it that still runs does so once a second, and a try takes some hundredths of one.
 */
export const MAX_TOLD_ATTEMPTS = 5;

/** How often the healer looks for sequencers that have died; `rate` of the rule `HealRule`. */
export const HEAL_EVERY_MS = 5 * MINUTE_MS;

/**
 * A sequencer that dies without having come further is replaced at once, then a minute after that, then two, four and
 * so on: whatever keeps it from going on may take hours to be mended.
 */
export const FIRST_RESTART_DELAY_MS = MINUTE_MS;
export const MAX_RESTART_DELAY_MS = HOUR_MS;

/**
 * After so many restarts without progress a person is called. By then some four hours have passed if each execution ends
 * at once, and five to six if each tries its step again as often as it may.
 */
export const RESTARTS_BEFORE_ALARM = 10;

/**
 * SQS keeps a dead letter for 14 days and EventBridge a replay's name for 90: what is kept longer could meet either.
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-messages.html
 */
export const MAX_RETENTION_MS = 14 * DAY_MS;

/** EventBridge keeps a replay's name for 90 days; rows go earlier, so that a name used again starts afresh. */
export const ROW_RETENTION_MS = 80 * DAY_MS;

/**
 * Step Functions' execution names have up to 80 characters: 64 of the replay's name, four of a run's number, nine of the
 * generation, `@` and a dot. https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html
 */
export const MAX_RUN_NUMBER = 9_999;
export const MAX_GENERATION = 999_999_999;
