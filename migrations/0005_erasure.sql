-- Erasing guests: what cannot be erased now waits its turn behind the others.
-- `question_set_images` was never written: the images of a revision are the files under its prefix.

DROP TABLE question_set_images;

-- How often erasing the session failed, and not before when it is tried again; NULL: at once.
ALTER TABLE host_sessions ADD COLUMN erase_failures INTEGER NOT NULL DEFAULT 0;
ALTER TABLE host_sessions ADD COLUMN erase_after INTEGER;

-- By which rows are found that outlived their guest.
CREATE INDEX question_sets_of_guests ON question_sets (created_at) WHERE owner_id IS NOT NULL;
CREATE INDEX speedruns_of_guests ON speedruns (created_at) WHERE owner_id IS NOT NULL;
