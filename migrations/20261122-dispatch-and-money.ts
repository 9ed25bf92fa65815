import { Migration } from '@mikro-orm/migrations'

/** Dispatch and money in full: policies, estimates, maintenance, tariffs by group, payments, and the chain of the ledger. */
export class DispatchAndMoney20261122 extends Migration {
  override up(): void {
    this.addSql(/* sql */ `
alter table charging_requests
  -- since when it has its present number: ageing counts from here, and another mode begins anew
  add column numbered_at timestamptz,
  -- what became of estimated_start_at: start of the first session, and how far off the estimate was (late is positive)
  add column first_started_at timestamptz,
  add column estimate_error_seconds integer;
update charging_requests set numbered_at = created_at;
alter table charging_requests alter column numbered_at set default now(), alter column numbered_at set not null;

-- what a driver asked for before they changed it
create table request_changes (
  id bigint generated always as identity primary key,
  request_id uuid not null references charging_requests on delete cascade,
  at timestamptz not null,
  from_mode text not null check (from_mode in ('fast', 'trickle')),
  from_energy_wh integer not null,
  to_mode text not null check (to_mode in ('fast', 'trickle')),
  to_energy_wh integer not null
);
create index request_changes_request on request_changes (request_id, id);

-- requests that got no number: for reports, and for the same day under other rules
create table refused_requests (
  id bigint generated always as identity primary key,
  site_id text not null references sites,
  at timestamptz not null,
  mode text not null check (mode in ('fast', 'trickle')),
  energy_wh integer not null,
  priority integer not null default 0,
  user_id uuid references users on delete set null,
  vehicle_id uuid references vehicles on delete set null,
  reason text not null
);
create index refused_requests_site on refused_requests (site_id, at);

alter table dispatch_decisions
  add column cause text not null default 'call',
  add column from_place text not null default 'waiting' check (from_place in ('waiting', 'pile', 'fault-queue')),
  add column from_pile_id text references charging_piles,
  add column to_place text not null default 'pile' check (to_place in ('waiting', 'pile', 'fault-queue')),
  -- of cars that were placed together: how many, and the sum of their completion times
  add column together jsonb;

-- what the charge point says it can do: OCPP 1.6 SupportedFeatureProfiles; null while it has not been asked
alter table charge_points
  add column feature_profiles text[],
  -- the link over which it has refused to reserve: it is not asked again there
  add column reserve_refused_link text;

-- when the charger was asked to hold the pile for this car
alter table queue_status add column reserve_asked_at timestamptz;

-- what a driver pays for being held a place: from the call to the start
alter table charging_sessions
  add column called_at timestamptz,
  -- when the cable was pulled after the end; null while it is in, or where nobody says
  add column unplugged_at timestamptz,
  -- charging stops when its cost reaches this: budget or balance at the start; null is no limit
  add column cost_limit_minor bigint,
  -- an operator's verdict on a session that was held for review
  add column review_verdict text check (review_verdict in ('bill', 'amend', 'void')),
  add column review_energy_milli_wh bigint,
  add column review_note text,
  add column reviewed_by uuid references users on delete set null,
  add column reviewed_at timestamptz,
  -- its outcome is known and its detail waits for the cable to be pulled: the tariff prices parking
  add column bill_waits boolean not null default false;
create index charging_sessions_bill_waits on charging_sessions (site_id) where bill_waits;
create index pile_events_time on pile_events (pile_id, at);
create index charging_sessions_held on charging_sessions (site_id, id) where review_reason is not null;

alter table fault_records
  add column parts jsonb not null default '[]',
  add column firmware text,
  -- cars that were at the pile: [{requestId, number, charging}]
  add column affected jsonb not null default '[]';

-- announced work: nobody is called to a pile whom it would interrupt
create table maintenance_windows (
  id uuid primary key,
  pile_id text not null references charging_piles on delete cascade,
  from_at timestamptz not null,
  to_at timestamptz not null,
  reason text not null default '',
  created_by uuid references users on delete set null,
  created_at timestamptz not null,
  cancelled_at timestamptz,
  -- when the charger was told to serve nobody, and to serve again
  closed_at timestamptz,
  reopened_at timestamptz,
  check (to_at > from_at)
);
create index maintenance_windows_pile on maintenance_windows (pile_id, to_at);

alter table users add column user_group text;
alter table tariff_versions add column valid_to timestamptz check (valid_to > valid_from);

alter table billing_details
  -- of the total; the fees are with VAT
  add column vat_minor bigint not null default 0,
  -- every priced dimension: [{dimension, kind, price, quantity, unit, vat, amountMinor}]
  add column lines jsonb not null default '[]',
  -- rated: from the session's registers or the energy of a verdict, so that it can be computed again; given: an operator's amount
  add column origin text not null default 'rated' check (origin in ('rated', 'given'));
create index billing_details_of_session on billing_details (session_id);
create index billing_details_bill on billing_details (bill_id);
-- reports: what a site booked in a stretch of time
create index billing_details_site on billing_details (site_id, created_at);

alter table bills add column paid_at timestamptz;

-- money that came or went for a bill, by whichever payment adapter
create table payments (
  id uuid primary key,
  bill_id uuid not null references bills,
  kind text not null check (kind in ('payment', 'refund')),
  provider text not null,
  amount_minor bigint not null check (amount_minor >= 0),
  currency text not null,
  reference text,
  note text,
  actor_id uuid references users on delete set null,
  at timestamptz not null
);
create index payments_bill on payments (bill_id, at);

-- prepaid money of a driver: the balance is the sum of the entries
create table wallets (
  user_id uuid primary key references users on delete cascade,
  currency text not null,
  balance_minor bigint not null default 0,
  created_at timestamptz not null
);
create table wallet_entries (
  id bigint generated always as identity primary key,
  user_id uuid not null references wallets (user_id) on delete cascade,
  kind text not null check (kind in ('top-up', 'payment', 'refund', 'payout')),
  amount_minor bigint not null,
  -- after this entry
  balance_minor bigint not null,
  bill_id uuid references bills,
  actor_id uuid references users on delete set null,
  note text,
  at timestamptz not null
);
create index wallet_entries_user on wallet_entries (user_id, id desc);

-- a limit on what a user or a tag may charge for
create table budgets (
  id uuid primary key,
  user_id uuid references users on delete cascade,
  tag text,
  period text not null check (period in ('session', 'day', 'month')),
  limit_minor bigint not null check (limit_minor >= 0),
  currency text not null,
  created_at timestamptz not null,
  check ((user_id is null) <> (tag is null))
);
create unique index budgets_user on budgets (user_id, period) where user_id is not null;
create unique index budgets_tag on budgets (lower(tag), period) where tag is not null;

-- bills, corrections and settled sessions of a site, each entry with the hash of the one before: what was changed since shows
create table ledger_entries (
  site_id text not null references sites,
  seq bigint not null,
  kind text not null check (kind in ('session', 'bill', 'correction', 'payment')),
  subject text not null,
  digest text not null,
  previous text not null,
  hash text not null,
  at timestamptz not null,
  primary key (site_id, seq)
);
create index ledger_entries_subject on ledger_entries (kind, subject);
`)
  }
}
