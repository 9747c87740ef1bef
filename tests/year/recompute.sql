-- Recomputes every figure of a report from the server's tables, in SQL of its own: nothing here is shared with
-- the server's queries, and it counts by other ways where there are any (for instance time in a phase as spans
-- between neighbouring steps, where the server adds leavings and takes away enterings).
--
-- SQLite. Run it on a connection that has a temporary table
--     period(begins TEXT, ends TEXT, first_day TEXT, last_day TEXT)
-- with one row: begin and end (exclusive) as the database writes times, and the first and last day of the ward.
-- A second table says how units are scored:
--     weight(merit TEXT, points INTEGER)
-- The result is the temporary table
--     recomputed(section TEXT, row TEXT, figure TEXT, value REAL)
-- with section 'headline', 'class', 'unit' or 'compound'. What is unknown is NULL.

-- ---------------------------------------------------------------- work orders

CREATE TEMP TABLE order_fact AS
WITH p AS (SELECT * FROM period),
ever AS (
  SELECT s.work_order_id,
         MAX(s.action = 'work_order_closed_by_camera') AS by_camera,
         MAX(s.action = 'work_order_closed') AS by_check,
         MAX(s.was_due_at IS NOT NULL AND s.was_due_at <= s.at) AS late,
         MAX(s.at >= p.begins AND s.action IN ('work_order_handled', 'work_order_check_failed')) AS handled,
         MAX(s.at >= p.begins AND s.action = 'work_order_check_failed') AS rework,
         MAX(s.at >= p.begins AND s.action = 'work_order_extended') AS extended,
         MAX(s.at >= p.begins AND s.action = 'work_order_suspended') AS suspended,
         MAX(s.at >= p.begins AND s.action = 'work_order_escalated') AS escalated
    FROM work_order_steps s, p WHERE s.at < p.ends GROUP BY 1
),
last_step AS (  -- the last one about the order as a whole: its unit leads at the end of the period
  SELECT work_order_id, unit_id FROM (
    SELECT s.work_order_id, s.unit_id, ROW_NUMBER() OVER (PARTITION BY s.work_order_id ORDER BY s.seq DESC) AS n
      FROM work_order_steps s, p WHERE s.at < p.ends AND s.task IS NULL) WHERE n = 1
),
next_step AS (  -- the first one after the period knows the due time that ran at its end
  SELECT work_order_id, was_due_at FROM (
    SELECT s.work_order_id, s.was_due_at, ROW_NUMBER() OVER (PARTITION BY s.work_order_id ORDER BY s.seq) AS n
      FROM work_order_steps s, p WHERE s.at >= p.ends) WHERE n = 1
)
SELECT o.id, o.kind, COALESCE(o.compound_id, '') AS compound,
       COALESCE(l.unit_id, o.owner_unit_id, '') AS unit,
       o.filed_at >= p.begins AS filed,
       o.filed_at < p.begins AS carried_over,
       o.ended_at IS NOT NULL AND o.ended_at < p.ends AS closed,
       o.ended_at IS NULL OR o.ended_at >= p.ends AS open_at_end,
       CASE WHEN n.work_order_id IS NOT NULL THEN n.was_due_at
            WHEN o.state <> 'suspended' THEN o.due_at END AS due_at,
       e.*
  FROM work_orders o JOIN p
  LEFT JOIN ever e ON e.work_order_id = o.id
  LEFT JOIN last_step l ON l.work_order_id = o.id
  LEFT JOIN next_step n ON n.work_order_id = o.id
 WHERE o.state <> 'void' AND o.filed_at < p.ends AND (o.ended_at IS NULL OR o.ended_at >= p.begins);

CREATE TEMP TABLE void_fact AS
SELECT o.id, o.kind, COALESCE(o.compound_id, '') AS compound,
       COALESCE((SELECT s.unit_id FROM work_order_steps s, period q
                  WHERE s.work_order_id = o.id AND s.task IS NULL AND s.at < q.ends ORDER BY s.seq DESC LIMIT 1),
                o.owner_unit_id, '') AS unit
  FROM work_orders o, period p WHERE o.state = 'void' AND o.filed_at >= p.begins AND o.filed_at < p.ends;

CREATE TEMP TABLE asked_fact AS  -- each unit that was asked, or gave back, in the period
SELECT DISTINCT f.id, f.kind, f.compound, s.unit_id AS unit,
       EXISTS (SELECT 1 FROM work_order_steps b, period q
                WHERE b.work_order_id = f.id AND b.unit_id = s.unit_id AND b.action = 'work_order_returned'
                  AND b.at >= q.begins AND b.at < q.ends) AS returned
  FROM order_fact f JOIN work_order_steps s ON s.work_order_id = f.id, period p
 WHERE s.action IN ('work_order_dispatched', 'work_order_returned') AND s.unit_id IS NOT NULL
   AND s.at >= p.begins AND s.at < p.ends;

CREATE TEMP TABLE span_fact AS  -- from each step of a checked and closed order to its next
SELECT f.id, f.kind, f.compound, f.unit,
       CASE WHEN s.to_state IN ('filed', 'dispatched', 'returned') THEN 'waiting'
            WHEN s.to_state = 'accepted' THEN 'travel'
            WHEN s.to_state IN ('in_progress', 'rework') THEN 'work'
            WHEN s.to_state IN ('handled', 'checking') THEN 'checking' END AS phase,
       unixepoch(LEAD(s.at) OVER (PARTITION BY f.id ORDER BY s.seq)) - unixepoch(s.at) AS seconds
  FROM order_fact f JOIN work_order_steps s ON s.work_order_id = f.id, period p
 WHERE f.closed AND f.by_check AND s.at < p.ends;

CREATE TEMP TABLE phase_fact AS
SELECT f.id, f.kind, f.compound, f.unit, x.phase, COALESCE(SUM(s.seconds), 0) AS seconds
  FROM order_fact f
  JOIN (SELECT 'waiting' AS phase UNION ALL SELECT 'travel' UNION ALL SELECT 'work' UNION ALL SELECT 'checking') x
  LEFT JOIN span_fact s ON s.id = f.id AND s.phase = x.phase
 WHERE f.closed AND f.by_check GROUP BY f.id, x.phase;
INSERT INTO phase_fact
SELECT id, kind, compound, unit, 'total', SUM(seconds) FROM phase_fact GROUP BY id;

-- ---------------------------------------------------------------- incidents

CREATE TEMP TABLE verdict_fact AS  -- the newest sure decision on each before the end
SELECT v.incident_id, v.decision, v.kind, v.decided_at
  FROM verdicts v, period p
 WHERE v.undone_at IS NULL AND v.decision <> 'unsure' AND v.decided_at < p.ends
   AND NOT EXISTS (SELECT 1 FROM verdicts w WHERE w.incident_id = v.incident_id AND w.undone_at IS NULL
                      AND w.decision <> 'unsure' AND w.decided_at < p.ends
                      AND (w.decided_at, w.verdict_id) > (v.decided_at, v.verdict_id));
CREATE INDEX temp.verdict_fact_incident ON verdict_fact (incident_id);

CREATE TEMP TABLE incident_fact AS
SELECT i.id, i.kind, COALESCE(i.compound_id, '') AS compound,
       i.first_seen_at >= p.begins AND i.first_seen_at < p.ends AS found,
       COALESCE(v.decision = 'reject', 0) AS is_false,
       COALESCE(v.decided_at >= p.begins, 0) AS judged,
       COALESCE(v.decision = 'confirm'
                OR v.decision = 'relabel' AND (v.kind IS NULL OR v.kind = COALESCE(a.kind, i.kind)), 0) AS is_right,
       COALESCE(a.is_sampled, 0) AS sampled, 1.0 / a.probability AS weight
  FROM incidents i JOIN period p
  LEFT JOIN verdict_fact v ON v.incident_id = i.id
  LEFT JOIN audit_items a ON a.incident_id = i.id
 WHERE i.state <> 'merged'
   AND (i.first_seen_at >= p.begins AND i.first_seen_at < p.ends OR v.decided_at >= p.begins);

-- ---------------------------------------------------------------- cameras

CREATE TEMP TABLE camera_fact AS
SELECT COALESCE(d.compound_id, '') AS compound, ROUND(SUM(c.observed_s)) AS seconds
  FROM camera_days c JOIN devices d ON d.id = c.device_id, period p
 WHERE c.day BETWEEN p.first_day AND p.last_day GROUP BY c.device_id, c.camera_id HAVING SUM(c.observed_s) > 0;

-- ---------------------------------------------------------------- one line per row and thing counted

CREATE TEMP TABLE counted AS
WITH line(kind, unit, compound, figure) AS (
            SELECT kind, unit, compound, 'to_close' FROM order_fact
  UNION ALL SELECT kind, unit, compound, 'filed' FROM order_fact WHERE filed
  UNION ALL SELECT kind, unit, compound, 'carried_over' FROM order_fact WHERE carried_over
  UNION ALL SELECT kind, unit, compound, 'closed' FROM order_fact WHERE closed
  UNION ALL SELECT kind, unit, compound, 'closed_by_camera' FROM order_fact WHERE closed AND by_camera
  UNION ALL SELECT kind, unit, compound, 'on_time' FROM order_fact WHERE closed AND NOT late
  UNION ALL SELECT kind, unit, compound, 'closed_late' FROM order_fact WHERE closed AND late
  UNION ALL SELECT kind, unit, compound, 'open_at_end' FROM order_fact WHERE open_at_end
  UNION ALL SELECT kind, unit, compound, 'overdue_at_end' FROM order_fact, period WHERE open_at_end AND due_at <= ends
  UNION ALL SELECT kind, unit, compound, 'no_owner' FROM order_fact WHERE open_at_end AND unit = ''
  UNION ALL SELECT kind, unit, compound, 'handled' FROM order_fact WHERE handled
  UNION ALL SELECT kind, unit, compound, 'rework' FROM order_fact WHERE rework
  UNION ALL SELECT kind, unit, compound, 'extended' FROM order_fact WHERE extended
  UNION ALL SELECT kind, unit, compound, 'suspended' FROM order_fact WHERE suspended
  UNION ALL SELECT kind, unit, compound, 'escalated' FROM order_fact WHERE escalated
  UNION ALL SELECT kind, unit, compound, 'dispatched' FROM asked_fact
  UNION ALL SELECT kind, unit, compound, 'returned' FROM asked_fact WHERE returned
  UNION ALL SELECT kind, unit, compound, 'void' FROM void_fact
  UNION ALL SELECT kind, NULL, compound, 'found' FROM incident_fact WHERE found
  UNION ALL SELECT kind, NULL, compound, 'found_standing' FROM incident_fact WHERE found AND NOT is_false
  UNION ALL SELECT kind, NULL, compound, 'judged' FROM incident_fact WHERE judged
  UNION ALL SELECT kind, NULL, compound, 'judged_right' FROM incident_fact WHERE judged AND is_right
  UNION ALL SELECT kind, NULL, compound, 'audited' FROM incident_fact WHERE judged AND sampled
  UNION ALL SELECT kind, NULL, compound, 'audited_right' FROM incident_fact WHERE judged AND sampled AND is_right
)
          SELECT 'headline' AS section, '' AS row, figure, COUNT(*) AS value FROM line GROUP BY figure
UNION ALL SELECT 'class', kind, figure, COUNT(*) FROM line GROUP BY kind, figure
UNION ALL SELECT 'unit', unit, figure, COUNT(*) FROM line WHERE unit IS NOT NULL GROUP BY unit, figure
UNION ALL SELECT 'compound', compound, figure, COUNT(*) FROM line GROUP BY compound, figure;

CREATE TEMP TABLE every_row AS
          SELECT DISTINCT section, row FROM counted
UNION     SELECT 'headline', ''
UNION     SELECT 'compound', area_id FROM areas WHERE layer = 'compounds'
UNION     SELECT 'compound', compound FROM camera_fact;

CREATE TEMP TABLE figure_name(section TEXT, figure TEXT);
INSERT INTO figure_name
WITH order_figure(f) AS (VALUES ('to_close'), ('filed'), ('carried_over'), ('closed'), ('closed_by_camera'), ('on_time'),
  ('closed_late'), ('open_at_end'), ('overdue_at_end'), ('no_owner'), ('handled'), ('rework'), ('extended'),
  ('suspended'), ('escalated'), ('dispatched'), ('returned'), ('void')),
find_figure(f) AS (VALUES ('found'), ('found_standing'), ('judged'), ('judged_right'), ('audited'), ('audited_right')),
section(s) AS (VALUES ('headline'), ('class'), ('unit'), ('compound'))
          SELECT s, f FROM section, order_figure
UNION ALL SELECT s, f FROM section, find_figure WHERE s <> 'unit';

CREATE TEMP TABLE recomputed AS
SELECT r.section, r.row, n.figure, COALESCE(c.value, 0.0) AS value
  FROM every_row r JOIN figure_name n ON n.section = r.section
  LEFT JOIN counted c ON c.section = r.section AND c.row = r.row AND c.figure = n.figure;
CREATE UNIQUE INDEX temp.recomputed_key ON recomputed (section, row, figure);

-- ---------------------------------------------------------------- shares

INSERT INTO recomputed
SELECT part.section, part.row, x.column1, 1.0 * part.value / NULLIF(whole.value, 0)
  FROM (VALUES ('completion_rate', 'closed', 'to_close'), ('on_time_rate', 'on_time', 'to_close'),
               ('late_rate', 'closed_late', 'to_close'), ('rework_rate', 'rework', 'handled'),
               ('return_rate', 'returned', 'dispatched')) AS x
  JOIN recomputed part ON part.figure = x.column2
  JOIN recomputed whole ON whole.figure = x.column3 AND whole.section = part.section AND whole.row = part.row;

-- precision: weighted share; Wilson interval on the effective sample size (sum of weights squared / sum of squares)
CREATE TEMP TABLE audit_sum AS
WITH a AS (SELECT kind, weight, is_right FROM incident_fact WHERE judged AND sampled)
          SELECT 'headline' AS section, '' AS row, SUM(weight) AS w, SUM(weight * is_right) AS r,
                 SUM(weight * weight) AS q FROM a
UNION ALL SELECT 'class', kind, SUM(weight), SUM(weight * is_right), SUM(weight * weight) FROM a GROUP BY kind;

INSERT INTO recomputed
WITH s AS (SELECT e.section, e.row, a.r / a.w AS share, a.w * a.w / a.q AS n, 1.959963984540054 AS z
             FROM every_row e LEFT JOIN audit_sum a ON a.section = e.section AND a.row = e.row
            WHERE e.section IN ('headline', 'class')),
t AS (SELECT section, row, share, (share + z * z / (2 * n)) / (1 + z * z / n) AS centre,
             z / (1 + z * z / n) * SQRT(share * (1 - share) / n + z * z / (4 * n * n)) AS spread FROM s)
          SELECT section, row, 'precision', share FROM t
UNION ALL SELECT section, row, 'precision_low', MAX(0.0, centre - spread) FROM t
UNION ALL SELECT section, row, 'precision_high', MIN(1.0, centre + spread) FROM t;

-- ---------------------------------------------------------------- times: the least that half, or nine in ten, do not exceed

CREATE TEMP TABLE time_line AS
          SELECT 'headline' AS section, '' AS row, phase, seconds FROM phase_fact
UNION ALL SELECT 'class', kind, phase, seconds FROM phase_fact
UNION ALL SELECT 'unit', unit, phase, seconds FROM phase_fact
UNION ALL SELECT 'compound', compound, phase, seconds FROM phase_fact;

INSERT INTO recomputed
WITH sorted AS (SELECT section, row, phase, seconds,
                       CUME_DIST() OVER (PARTITION BY section, row, phase ORDER BY seconds) AS share FROM time_line),
quantile(name, q) AS (VALUES ('median', 0.5), ('p90', 0.9))
SELECT e.section, e.row, x.phase || '_' || k.name,
       (SELECT MIN(s.seconds) FROM sorted s WHERE s.section = e.section AND s.row = e.row AND s.phase = x.phase
           AND s.share >= k.q - 1e-12)
  FROM every_row e
  JOIN (SELECT 'waiting' AS phase UNION ALL SELECT 'travel' UNION ALL SELECT 'work' UNION ALL SELECT 'checking'
        UNION ALL SELECT 'total') x
  JOIN quantile k;

-- ---------------------------------------------------------------- camera-hours, finds per 1000 of them

CREATE TEMP TABLE hour_sum AS
          SELECT 'headline' AS section, '' AS row, SUM(seconds) / 3600.0 AS hours FROM camera_fact
UNION ALL SELECT 'compound', compound, SUM(seconds) / 3600.0 FROM camera_fact GROUP BY compound;

INSERT INTO recomputed
SELECT e.section, e.row, 'camera_hours', h.hours
  FROM every_row e LEFT JOIN hour_sum h ON h.section = e.section AND h.row = e.row
 WHERE e.section IN ('headline', 'compound');
INSERT INTO recomputed
SELECT h.section, h.row, 'found_per_1000_hours', 1000.0 * f.value / h.value
  FROM recomputed h JOIN recomputed f ON f.section = h.section AND f.row = h.row AND f.figure = 'found_standing'
 WHERE h.figure = 'camera_hours';

-- ---------------------------------------------------------------- the score of units

INSERT INTO recomputed
WITH v AS (SELECT row, MAX(CASE figure WHEN 'closed' THEN value END) AS closed,
                  MAX(CASE figure WHEN 'to_close' THEN value END) AS to_close,
                  MAX(CASE figure WHEN 'on_time' THEN value END) AS on_time,
                  MAX(CASE figure WHEN 'handled' THEN value END) AS handled,
                  MAX(CASE figure WHEN 'rework' THEN value END) AS rework,
                  MAX(CASE figure WHEN 'dispatched' THEN value END) AS dispatched,
                  MAX(CASE figure WHEN 'returned' THEN value END) AS returned
             FROM recomputed WHERE section = 'unit' GROUP BY row),
m(row, merit, share) AS (
            SELECT row, 'completion', 1.0 * closed / NULLIF(to_close, 0) FROM v
  UNION ALL SELECT row, 'punctuality', 1.0 * on_time / NULLIF(closed, 0) FROM v
  UNION ALL SELECT row, 'right_first_time', 1 - 1.0 * rework / NULLIF(handled, 0) FROM v
  UNION ALL SELECT row, 'acceptance', 1 - 1.0 * returned / NULLIF(dispatched, 0) FROM v)
SELECT 'unit', m.row, 'score',
       CASE WHEN m.row <> '' THEN 100.0 * SUM(w.points * m.share) / SUM(CASE WHEN m.share IS NOT NULL THEN w.points END) END
  FROM m JOIN weight w ON w.merit = m.merit GROUP BY m.row;

-- ---------------------------------------------------------------- ranks

INSERT INTO recomputed
          SELECT section, row, 'rank', RANK() OVER (ORDER BY value DESC) FROM recomputed
           WHERE section = 'unit' AND figure = 'score' AND value IS NOT NULL AND row <> ''
UNION ALL SELECT section, row, 'rank', RANK() OVER (ORDER BY value) FROM recomputed
           WHERE section = 'compound' AND figure = 'found_per_1000_hours' AND value IS NOT NULL AND row <> '';
