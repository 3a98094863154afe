/** The tables of the study's state, as steps from each version to the next; a step never changes once released. */
export const MIGRATIONS: readonly string[] = [
  `
  CREATE TABLE participants (
    subject_id TEXT PRIMARY KEY COLLATE NOCASE,
    secret_hash TEXT NOT NULL,
    is_secret_confirmed INTEGER NOT NULL,
    first_tab_id TEXT NOT NULL,
    plan TEXT NOT NULL,
    visit_id TEXT NOT NULL,
    lifecycle TEXT NOT NULL,
    game_id TEXT,
    outcome TEXT,
    completion_code TEXT,
    created_at_ms INTEGER NOT NULL,
    ended_at_ms INTEGER
  ) STRICT;
  CREATE TABLE visits (
    subject_id TEXT NOT NULL COLLATE NOCASE,
    visit_id TEXT NOT NULL,
    scene_id TEXT NOT NULL,
    plan_index INTEGER NOT NULL,
    visit_number INTEGER NOT NULL,
    game_id TEXT,
    answers TEXT,
    started_at_ms INTEGER NOT NULL,
    ended_at_ms INTEGER,
    is_written INTEGER NOT NULL,
    PRIMARY KEY (subject_id, visit_id),
    UNIQUE (subject_id, scene_id, visit_number)
  ) STRICT;
  CREATE INDEX visits_unwritten ON visits (is_written) WHERE is_written = 0;
  CREATE TABLE games (
    game_id TEXT PRIMARY KEY,
    scene_id TEXT NOT NULL,
    settings TEXT NOT NULL,
    created_at_ms INTEGER NOT NULL,
    is_settled INTEGER NOT NULL
  ) STRICT;
  CREATE TABLE game_players (
    game_id TEXT NOT NULL,
    player_index INTEGER NOT NULL,
    subject_id TEXT NOT NULL COLLATE NOCASE,
    visit_id TEXT NOT NULL,
    visit_number INTEGER NOT NULL,
    end_reason TEXT,
    PRIMARY KEY (game_id, player_index)
  ) STRICT;
  CREATE TABLE log_chunks (
    game_id TEXT NOT NULL,
    episode INTEGER NOT NULL,
    player_index INTEGER NOT NULL,
    from_frame INTEGER NOT NULL,
    to_frame INTEGER NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (game_id, episode, player_index, from_frame)
  ) STRICT;
  CREATE TABLE episode_closes (
    game_id TEXT NOT NULL,
    episode INTEGER NOT NULL,
    player_index INTEGER NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (game_id, episode, player_index)
  ) STRICT;
  CREATE TABLE verdicts (
    game_id TEXT NOT NULL,
    episode INTEGER NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (game_id, episode)
  ) STRICT;
  `,
  `
  ALTER TABLE participants ADD COLUMN plan_seed INTEGER NOT NULL DEFAULT 0;
  ALTER TABLE participants ADD COLUMN condition TEXT;
  ALTER TABLE participants ADD COLUMN place INTEGER;
  ALTER TABLE participants ADD COLUMN stager_metadata TEXT NOT NULL DEFAULT '{}';
  ALTER TABLE game_players ADD COLUMN score REAL;
  `,
  `
  CREATE TABLE watches (
    subject_id TEXT NOT NULL COLLATE NOCASE,
    visit_id TEXT NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (subject_id, visit_id)
  ) STRICT;
  `,
  `
  ALTER TABLE visits ADD COLUMN outcome TEXT;
  CREATE INDEX game_players_by_subject ON game_players (subject_id);
  `,
  `
  CREATE TABLE participant_values (
    subject_id TEXT PRIMARY KEY COLLATE NOCASE,
    panel TEXT NOT NULL,
    globals TEXT NOT NULL
  ) STRICT;
  `,
  `
  CREATE TABLE given_blocks (
    subject_id TEXT PRIMARY KEY COLLATE NOCASE,
    unit_index INTEGER NOT NULL,
    arrangement INTEGER NOT NULL,
    blocks TEXT NOT NULL,
    from_plan_index INTEGER NOT NULL
  ) STRICT;
  `,
  `
  ALTER TABLE game_players ADD COLUMN return_count INTEGER NOT NULL DEFAULT 0;
  `,
];
