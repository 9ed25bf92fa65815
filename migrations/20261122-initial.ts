import { Migration } from '@mikro-orm/migrations'

/**
 * The first schema. Conventions: times are `timestamptz` of charging time (the Clock) unless the column says `real_`;
 * registers are `bigint` mWh; money is `bigint` minor units; `json` where member order must be kept, `jsonb` elsewhere.
 */
export class Initial20261122 extends Migration {
  override up(): void {
    this.addSql(/* sql */ `
create table sites (
  id text primary key,
  name text not null,
  time_zone text not null,
  currency text not null,
  power_limit_w integer,
  waiting_capacity integer not null check (waiting_capacity >= 0),
  policy jsonb not null default '{}',
  -- queue numbers: separate counters per mode, from 1, never reused
  next_fast_number integer not null default 1,
  next_trickle_number integer not null default 1,
  created_at timestamptz not null default now()
);

create table users (
  id uuid primary key,
  username text not null,
  password_hash text not null,
  role text not null check (role in ('driver', 'technician', 'operator', 'admin', 'simulator')),
  disabled boolean not null default false,
  created_at timestamptz not null
);
create unique index users_username on users (lower(username));

create table refresh_tokens (
  id uuid primary key,
  user_id uuid not null references users on delete cascade,
  family uuid not null,
  digest bytea not null unique,
  expires_at timestamptz not null,
  used_at timestamptz,
  revoked_at timestamptz
);
create index refresh_tokens_family on refresh_tokens (family);

create table api_tokens (
  id uuid primary key,
  user_id uuid not null references users on delete cascade,
  name text not null,
  digest bytea not null unique,
  created_at timestamptz not null,
  expires_at timestamptz,
  revoked_at timestamptz
);

create table vehicles (
  id uuid primary key,
  user_id uuid not null references users on delete cascade,
  plate text not null,
  battery_capacity_wh integer check (battery_capacity_wh > 0),
  created_at timestamptz not null
);
create unique index vehicles_plate on vehicles (user_id, lower(plate));

create table id_tags (
  tag text primary key,
  status text not null check (status in ('Accepted', 'Blocked', 'Expired', 'Invalid')),
  expires_at timestamptz,
  parent_tag text,
  user_id uuid references users on delete set null,
  max_sessions integer not null default 1 check (max_sessions > 0),
  created_at timestamptz not null
);
create unique index id_tags_folded on id_tags (lower(tag));
create index id_tags_user on id_tags (user_id);

create table unknown_id_tags (
  tag text primary key,
  charge_point_id text not null,
  first_seen_at timestamptz not null,
  last_seen_at timestamptz not null,
  count integer not null default 1
);

create table charge_points (
  id text primary key,
  site_id text not null references sites,
  -- bound by whichever says hello first; null until then
  protocol text check (protocol in ('ocpp1.6', 'mqtt', 'http')),
  password_digest bytea,
  security_profile integer not null default 0 check (security_profile between 0 and 3),
  accept_unknown_tags boolean not null default false,
  assume_ocpp16 boolean not null default false,
  validation text check (validation in ('tolerant', 'strict')),
  quirk_profile text,
  ping_seconds integer,
  vendor text,
  model text,
  serial text,
  firmware text,
  boot_details jsonb,
  registration text check (registration in ('accepted', 'pending', 'rejected')),
  last_boot_at timestamptz,
  last_seen_at timestamptz,
  connected boolean not null default false,
  link_id text,
  link_node text,
  link_since timestamptz,
  address text,
  -- what connector 0, the charge point as a whole, last said
  status text,
  error_code text not null default 'NoError',
  vendor_error_code text,
  status_received_at timestamptz,
  created_at timestamptz not null
);
create unique index charge_points_folded on charge_points (lower(id));

create table unknown_charge_points (
  identity text not null,
  reason text not null,
  address text not null,
  first_seen_at timestamptz not null,
  last_seen_at timestamptz not null,
  count integer not null default 1,
  primary key (identity, reason)
);

create table charging_piles (
  id text primary key,
  site_id text not null references sites,
  charge_point_id text not null references charge_points,
  connector_id integer not null check (connector_id > 0),
  mode text not null check (mode in ('fast', 'trickle')),
  power_w integer not null check (power_w > 0),
  queue_length integer not null check (queue_length > 0),
  -- operator's intent: out of service is maintenance once idle
  in_service boolean not null default true,
  service_reason text,
  -- written by the dispatcher alone: it has taken this pile's cars away (fault, switched off)
  broken boolean not null default false,
  -- what the connector last said of itself
  status text,
  error_code text not null default 'NoError',
  vendor_error_code text,
  info text,
  status_at timestamptz,
  status_received_at timestamptz,
  plugged_tag text,
  -- Preparing since the connector was last free: the cable is not the last session's. Written with the status.
  fresh_plug boolean not null default false,
  -- last meter values, for lists
  power_now_w integer,
  meter_at timestamptz,
  created_at timestamptz not null,
  unique (charge_point_id, connector_id)
);
create index charging_piles_site on charging_piles (site_id);

-- every change of the derived state, with its cause
create table pile_events (
  id bigint generated always as identity primary key,
  pile_id text not null references charging_piles on delete cascade,
  at timestamptz not null,
  state text not null,
  detail text,
  error_code text not null,
  cause text not null
);
create index pile_events_pile on pile_events (pile_id, id desc);

create table tariffs (
  id uuid primary key,
  site_id text references sites,
  name text not null,
  mode text check (mode in ('fast', 'trickle')),
  pile_id text references charging_piles,
  user_group text,
  created_at timestamptz not null
);

create table tariff_versions (
  id uuid primary key,
  tariff_id uuid not null references tariffs on delete cascade,
  version integer not null,
  valid_from timestamptz not null,
  definition jsonb not null,
  created_by uuid references users on delete set null,
  created_at timestamptz not null,
  unique (tariff_id, version)
);

create table charging_requests (
  id uuid primary key,
  site_id text not null references sites,
  user_id uuid references users on delete set null,
  vehicle_id uuid references vehicles on delete set null,
  id_tag text,
  mode text not null check (mode in ('fast', 'trickle')),
  number integer not null,
  -- what was asked for; a walk-up has no target and this is only what the plan assumes
  energy_wh integer not null check (energy_wh > 0),
  has_target boolean not null default true,
  source text not null check (source in ('driver', 'walk-up')),
  priority integer not null default 0,
  status text not null check (status in ('active', 'completed', 'cancelled', 'no-show')),
  -- how it ends once the running session has ended: set by cancel, edit, fault, ...
  end_cause text,
  no_shows integer not null default 0,
  created_at timestamptz not null,
  first_called_at timestamptz,
  estimated_start_at timestamptz,
  ended_at timestamptz
);
create index charging_requests_site on charging_requests (site_id, created_at desc);
create index charging_requests_user on charging_requests (user_id, created_at desc);
create unique index charging_requests_one_per_vehicle on charging_requests (vehicle_id) where status = 'active';
create unique index charging_requests_one_without_vehicle on charging_requests (user_id) where status = 'active' and vehicle_id is null and source = 'driver';
create unique index charging_requests_number on charging_requests (site_id, mode, number);

-- where every active request is now: the waiting area, a pile's queue or the fault queue
create table queue_status (
  request_id uuid primary key references charging_requests on delete cascade,
  site_id text not null references sites,
  place text not null check (place in ('waiting', 'pile', 'fault')),
  pile_id text references charging_piles,
  position integer not null,
  since timestamptz not null,
  -- when this car's turn at a free pile began (arrival grace) and when its remote start was asked
  turn_at timestamptz,
  start_asked_at timestamptz,
  check ((place = 'pile') = (pile_id is not null))
);
create index queue_status_site on queue_status (site_id, place, pile_id, position);

-- one positive int32 sequence for the whole system: the transactionId of OCPP and the session id everywhere
create sequence transaction_ids as integer minvalue 1 start 1 no cycle;

create table charging_sessions (
  id integer primary key default nextval('transaction_ids'),
  site_id text not null references sites,
  charge_point_id text not null references charge_points,
  connector_id integer not null,
  pile_id text references charging_piles,
  -- joined by the dispatcher; an HTTP pile's task asks for one by name
  request_id uuid references charging_requests,
  asked_request_id uuid,
  user_id uuid references users on delete set null,
  id_tag text not null,
  start_key text not null,
  -- the verdict given at the start
  verdict text not null,
  tariff_version_id uuid references tariff_versions,
  -- the energy at which it is stopped; null is no target. Set when the session is joined to its request.
  target_milli_wh bigint,
  meter_start_milli_wh bigint,
  started_at timestamptz not null,
  started_reported_at timestamptz,
  started_received_at timestamptz not null,
  -- live figures, from readings in order of arrival; the bill is computed from the stored readings
  last_register_milli_wh bigint,
  energy_milli_wh bigint not null default 0,
  power_w integer,
  soc_percent real,
  last_reading_at timestamptz,
  meter_stop_milli_wh bigint,
  ended_at timestamptz,
  ended_reported_at timestamptz,
  ended_received_at timestamptz,
  -- the charger's reason, and ours: full, cancel, fault, edit, switched-off, ...
  stop_reason text,
  end_cause text,
  stop_asked_at timestamptz,
  provisional boolean not null default false,
  orphan boolean not null default false,
  -- held for review, not billed, until an operator's verdict
  review_reason text,
  reservation_id integer,
  -- set with the bill detail, in one transaction
  settled_at timestamptz,
  unique (charge_point_id, start_key)
);
create index charging_sessions_open on charging_sessions (charge_point_id, connector_id) where ended_at is null;
create index charging_sessions_unsettled on charging_sessions (site_id) where settled_at is null;
create index charging_sessions_pile on charging_sessions (pile_id, started_at desc);
create index charging_sessions_request on charging_sessions (request_id);
create index charging_sessions_user on charging_sessions (user_id, started_at desc);
create index charging_sessions_tag on charging_sessions (lower(id_tag)) where ended_at is null;

-- a stop that did not fit: a repetition with other values, or one that matched no session
create table session_anomalies (
  id bigint generated always as identity primary key,
  charge_point_id text not null,
  session_id integer,
  kind text not null,
  at timestamptz not null,
  details jsonb not null,
  verdict text,
  verdict_by uuid references users on delete set null
);

create index session_anomalies_charge_point on session_anomalies (charge_point_id, kind);

-- an effect that the database would not take, kept with its frame so that nobody else waits for it
create table quarantined_effects (
  id bigint generated always as identity primary key,
  kind text not null,
  charge_point_id text,
  effect json not null,
  error text not null,
  real_at timestamptz not null default now()
);

create table meter_values (
  charge_point_id text not null,
  connector_id integer not null,
  session_id integer,
  received_at timestamptz not null,
  seq bigint generated always as identity,
  at timestamptz,
  context text,
  register_milli_wh bigint,
  power_w integer,
  voltage_v real[],
  current_a real[],
  soc_percent real,
  samples jsonb,
  primary key (charge_point_id, received_at, seq)
) partition by range (received_at);
create index meter_values_session on meter_values (session_id, seq);
create table meter_values_default partition of meter_values default;

create table ocpp_messages (
  charge_point_id text not null,
  real_at timestamptz not null,
  seq bigint generated always as identity,
  direction text not null check (direction in ('in', 'out')),
  kind text not null check (kind in ('call', 'result', 'error', 'invalid')),
  message_id text,
  action text,
  raw text not null,
  latency_ms integer,
  notes text[] not null default '{}',
  primary key (charge_point_id, real_at, seq)
) partition by range (real_at);
create table ocpp_messages_default partition of ocpp_messages default;

create table commands (
  id uuid primary key,
  site_id text references sites,
  charge_point_id text not null references charge_points,
  pile_id text references charging_piles,
  request_id uuid references charging_requests,
  session_id integer,
  -- the neutral command; json keeps the member order of a native payload
  verb text not null,
  action text,
  body json not null,
  cause text not null,
  actor_id uuid references users on delete set null,
  status text not null check (status in ('queued', 'sent', 'accepted', 'rejected', 'failed', 'timed-out', 'unknown', 'offline')),
  result json,
  error_code text,
  error_description text,
  late_result json,
  created_at timestamptz not null,
  sent_at timestamptz,
  answered_at timestamptz,
  observed_at timestamptz
);
create index commands_charge_point on commands (charge_point_id, created_at desc);
create index commands_open on commands (created_at) where status in ('queued', 'sent');

create sequence reservation_ids as integer minvalue 1 start 1 no cycle;

create table reservations (
  id integer not null default nextval('reservation_ids'),
  charge_point_id text not null references charge_points,
  connector_id integer not null,
  request_id uuid references charging_requests,
  id_tag text not null,
  expires_at timestamptz not null,
  status text not null check (status in ('active', 'used', 'cancelled', 'expired')),
  created_at timestamptz not null,
  -- operators choose numbers too, and a charge point knows only its own
  primary key (charge_point_id, id)
);

create index reservations_active on reservations (charge_point_id) where status = 'active';

-- work decided in a transaction and done after its commit, by whichever node gets to it first
create table outbox (
  id bigint generated always as identity primary key,
  kind text not null check (kind in ('command', 'event')),
  payload json not null,
  created_at timestamptz not null default now()
);

create table dispatch_decisions (
  id bigint generated always as identity primary key,
  site_id text not null references sites,
  request_id uuid not null references charging_requests on delete cascade,
  pile_id text references charging_piles,
  at timestamptz not null,
  rule text not null,
  -- [{pileId, completionSeconds, full}]
  candidates jsonb not null
);
create index dispatch_decisions_request on dispatch_decisions (request_id, id desc);
create index dispatch_decisions_site on dispatch_decisions (site_id, id desc);

create sequence bill_numbers;

create table bills (
  id uuid primary key,
  number bigint not null unique default nextval('bill_numbers'),
  request_id uuid not null unique references charging_requests,
  site_id text not null references sites,
  user_id uuid references users on delete set null,
  currency text not null,
  total_minor bigint not null,
  state text not null check (state in ('unpaid', 'paid', 'refunded')),
  created_at timestamptz not null
);
create index bills_user on bills (user_id, created_at desc);
create index bills_site on bills (site_id, created_at desc);

create table billing_details (
  id uuid primary key,
  number bigint generated always as identity unique,
  kind text not null check (kind in ('charge', 'correction')),
  -- corrections name the bill they correct and say why
  bill_id uuid references bills,
  corrects_id uuid references billing_details,
  note text,
  request_id uuid not null references charging_requests,
  session_id integer references charging_sessions,
  site_id text not null references sites,
  pile_id text references charging_piles,
  user_id uuid references users on delete set null,
  currency text not null,
  energy_milli_wh bigint not null,
  charging_seconds integer not null,
  parking_seconds integer not null default 0,
  started_at timestamptz not null,
  ended_at timestamptz not null,
  -- [{from, to, kind, price (1/10000 per kWh), energyMilliWh, feeMinor}]
  windows jsonb not null,
  energy_fee_minor bigint not null,
  service_fee_minor bigint not null,
  other_fee_minor bigint not null default 0,
  total_minor bigint not null,
  tariff_version_id uuid references tariff_versions,
  stop_reason text not null,
  created_at timestamptz not null,
  check (energy_fee_minor + service_fee_minor + other_fee_minor = total_minor)
);
create unique index billing_details_session on billing_details (session_id) where kind = 'charge';
create index billing_details_request on billing_details (request_id);
create index billing_details_user on billing_details (user_id, created_at desc);

create table fault_records (
  id uuid primary key,
  site_id text not null references sites,
  charge_point_id text not null references charge_points,
  pile_id text not null references charging_piles,
  type text not null check (type in ('hardware', 'software', 'power', 'connector', 'communication')),
  source text not null check (source in ('charger', 'technician', 'rest', 'simulator')),
  error_code text,
  vendor_error_code text,
  description text not null default '',
  state text not null check (state in ('open', 'acknowledged', 'in-repair', 'resolved', 'false-alarm')),
  assignee_id uuid references users on delete set null,
  -- [{at, by, text}]
  notes jsonb not null default '[]',
  opened_at timestamptz not null,
  acknowledged_at timestamptz,
  repair_started_at timestamptz,
  resolved_at timestamptz
);
create index fault_records_open on fault_records (pile_id) where state in ('open', 'acknowledged', 'in-repair');
create unique index fault_records_one_by_charger on fault_records (pile_id) where source = 'charger' and state in ('open', 'acknowledged', 'in-repair');
create index fault_records_site on fault_records (site_id, opened_at desc);

create table system_config (
  key text primary key,
  value jsonb not null,
  updated_at timestamptz not null default now()
);

create table audit (
  id bigint generated always as identity primary key,
  real_at timestamptz not null default now(),
  actor_id uuid,
  actor text not null,
  action text not null,
  subject text not null,
  details jsonb not null default '{}'
);

create table idempotency_keys (
  user_id uuid not null,
  key text not null,
  route text not null,
  body_digest bytea not null,
  status integer,
  response json,
  created_at timestamptz not null default now(),
  primary key (user_id, key)
);

-- rows that change all day: room on their page for the next version, so that no index has to be touched
alter table charge_points set (fillfactor = 70);
alter table charging_piles set (fillfactor = 70);
alter table charging_sessions set (fillfactor = 80);
`)
  }
}
