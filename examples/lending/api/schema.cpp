#include "schema.hpp"

#include <array>

namespace lending {

namespace {

constexpr std::string_view applications = R"sql(
CREATE TABLE applications (
    id text PRIMARY KEY,
    name text NOT NULL,
    email text NOT NULL,
    purpose text NOT NULL,
    amount bigint NOT NULL CHECK (amount > 0),
    months integer NOT NULL CHECK (months > 0),
    yearly_basis_points integer NOT NULL CHECK (yearly_basis_points >= 0),
    decision text NOT NULL CHECK (decision IN ('approved', 'review', 'declined')),
    score integer NOT NULL,
    basis text NOT NULL,
    bureau text NOT NULL,
    taken_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX applications_taken_at ON applications (taken_at DESC);
CREATE TABLE instalments (
    application text NOT NULL REFERENCES applications,
    number integer NOT NULL CHECK (number > 0),
    due date NOT NULL,
    principal bigint NOT NULL CHECK (principal >= 0),
    interest bigint NOT NULL CHECK (interest >= 0),
    PRIMARY KEY (application, number)
);
)sql";

// Double entry: debits are positive, credits negative. The database itself refuses what does not balance at the end of
// a transaction, and any change of what was booked.
constexpr std::string_view entries = R"sql(
CREATE TABLE entries (
    application text NOT NULL REFERENCES applications,
    kind text NOT NULL CHECK (kind IN ('payout', 'interest')),
    day date NOT NULL,
    account text NOT NULL,
    amount bigint NOT NULL CHECK (amount <> 0),
    PRIMARY KEY (application, kind, day, account)
);
CREATE FUNCTION entries_balance() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (SELECT sum(amount) FROM entries WHERE application = NEW.application AND kind = NEW.kind AND day = NEW.day) <> 0 THEN
        RAISE EXCEPTION 'the entries do not sum to zero';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER entries_balance AFTER INSERT ON entries
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION entries_balance();
CREATE FUNCTION entries_stay() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'an entry is never changed: book its opposite';
END $$;
CREATE TRIGGER entries_stay BEFORE UPDATE OR DELETE ON entries FOR EACH ROW EXECUTE FUNCTION entries_stay();
)sql";

constexpr std::array steps{applications, entries};

}  // namespace

std::span<const std::string_view> schema_steps() { return steps; }

}  // namespace lending
