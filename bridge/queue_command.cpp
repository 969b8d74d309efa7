// SPDX-License-Identifier: GPL-2.0-or-later
// Reading never changes anything; retry and discard are one transaction each. Nothing is ever deleted (SM-15).
#include "bridge/queue_command.h"

#include <algorithm>
#include <iomanip>
#include <iostream>
#include <nlohmann/json.hpp>
#include <optional>

#include "bridge/data_dir.h"
#include "bridge/log.h"
#include "bridge/options.h"
#include "bridge/record_text.h"
#include "bridge/schema.h"
#include "ocpp/text.h"

namespace bridge {

namespace {

constexpr const char* usage =
    "usage: ocpp-soap-bridge queue --data-dir DIR list [--charger IDENTITY] [--all]\n"
    "       ocpp-soap-bridge queue --data-dir DIR show ID\n"
    "       ocpp-soap-bridge queue --data-dir DIR retry ID...|all\n"
    "       ocpp-soap-bridge queue --data-dir DIR discard ID... --reason TEXT\n"
    "       ocpp-soap-bridge queue --data-dir DIR export\n"
    "IDs are those of list: Q1 waits for the back-end, D1 (or 1) is a dead letter.\n"
    "retry all means every open dead letter. --all lists the resolved ones as well.";

// Both tables as one. A message with a command says what is going to happen to it.
constexpr const char* messages =
    "SELECT 'Q' AS place, q.id AS id, q.identity, q.number, q.action, q.payload, q.attempts, q.created, "
    "coalesce((SELECT CASE c.kind WHEN 'retry' THEN 'queued, retry asked' ELSE 'queued, discard asked' END "
    "FROM command c WHERE c.dead_letter IS NULL AND c.identity = q.identity AND c.number = q.number), 'queued'), "
    "NULL, NULL, NULL, NULL FROM queued q "
    "UNION ALL "
    "SELECT 'D', d.id, d.identity, d.number, d.action, d.payload, d.attempts, d.created, "
    "coalesce(d.resolution, (SELECT 'dead, retry asked' FROM command c WHERE c.dead_letter = d.id), 'dead'), "
    "d.reason, d.died, d.resolved, d.remark FROM dead_letter d ";

struct Message {
  char table;
  std::int64_t id;
  std::string identity;
  std::int64_t number;
  std::string action, payload;
  std::int64_t attempts;
  ocpp::Instant created;
  std::string state;
  std::optional<std::string> reason;
  std::optional<ocpp::Instant> died, resolved;
  std::optional<std::string> remark;

  std::string name() const { return table + std::to_string(id); }
  bool resolvedAlready() const { return resolved.has_value(); }
};

Message readMessage(const Statement& row) {
  Message m{row.text(0)[0],
            row.number(1),
            row.text(2),
            row.number(3),
            row.text(4),
            row.text(5),
            row.number(6),
            row.instant(7),
            row.text(8),
            {},
            {},
            {},
            {}};
  if (!row.isNull(9)) m.reason = row.text(9);
  if (!row.isNull(10)) m.died = row.instant(10);
  if (!row.isNull(11)) m.resolved = row.instant(11);
  if (!row.isNull(12)) m.remark = row.text(12);
  return m;
}

struct Arguments {
  std::string directory, action, charger, reason;
  std::vector<std::string> ids;
  bool all = false;
};

Arguments read(const std::vector<std::string>& words) {
  Arguments found;
  for (std::size_t i = 0; i < words.size(); ++i) {
    const std::string name = words[i].substr(0, words[i].find('='));
    std::string* target = name == "--data-dir"  ? &found.directory
                          : name == "--reason"  ? &found.reason
                          : name == "--charger" ? &found.charger
                                                : nullptr;
    if (target && name != words[i])
      *target = words[i].substr(name.size() + 1);
    else if (target && ++i < words.size())
      *target = words[i];
    else if (target || (words[i].rfind("--", 0) == 0 && words[i] != "--all"))
      throw BadConfiguration("queue: '" + name + "' " + (target ? "needs a value" : "is unknown") + "\n" + usage);
    else if (words[i] == "--all")
      found.all = true;
    else if (found.action.empty())
      found.action = words[i];
    else
      found.ids.push_back(words[i]);
  }
  if (found.directory.empty()) throw BadConfiguration(std::string("queue: --data-dir is missing\n") + usage);
  return found;
}

std::string when(ocpp::Instant at) { return ocpp::formatDateTime(at, ocpp::Fraction::IfNotZero); }

std::string age(ocpp::Instant since, ocpp::Instant now) {
  const auto seconds = std::max<std::int64_t>(0, std::chrono::duration_cast<std::chrono::seconds>(now - since).count());
  if (seconds < 120) return std::to_string(seconds) + " s";
  if (seconds < 7200) return std::to_string(seconds / 60) + " min";
  if (seconds < 172800) return std::to_string(seconds / 3600) + " h";
  return std::to_string(seconds / 86400) + " d";
}

/// What a terminal may be shown: no control characters.
std::string plain(std::string text) {
  std::replace_if(
      text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }, ' ');
  return text;
}

class Queue {
 public:
  Queue(Arguments arguments, std::ostream& out, std::ostream& err)
      : arguments_(std::move(arguments)), out_(out), err_(err) {}
  int list();
  int show();
  int exportAll();
  int retry();
  int discard();

 private:
  Database& open(Database::Mode mode) {
    database_ = openBeside(databasePath(arguments_.directory), mode);
    return *database_;
  }
  std::optional<Message> find(const std::string& id);
  std::vector<Message> chosen(bool& complete);
  void showTransaction(const Message& message);
  bool ask(const char* kind, const Message& message);
  std::string whoDoesIt() const {
    return DataDirLock::heldBySomebody(arguments_.directory) ? "the running bridge does it within a second"
                                                             : "the bridge does it when it is started";
  }

  Arguments arguments_;
  std::ostream& out_;
  std::ostream& err_;
  std::unique_ptr<Database> database_;
};

int Queue::list() {
  Database& db = open(Database::Mode::ReadOnly);
  const std::string order = " ORDER BY 3, 1 DESC, 2";
  Statement rows(db, std::string(messages) + (arguments_.all ? "" : "WHERE d.resolution IS NULL") + order);
  const ocpp::Instant now = wallClock();
  int queued = 0, dead = 0;
  const auto line = [&](const auto& id, const auto& charger, const auto& action, const auto& old, const auto& attempts,
                        const std::string& state) {
    out_ << std::left << std::setw(7) << id << " " << std::setw(20) << charger << " " << std::setw(17) << action << " "
         << std::right << std::setw(8) << old << " " << std::setw(8) << attempts << "  " << state << "\n";
  };
  line("ID", "CHARGER", "ACTION", "AGE", "ATTEMPTS", "STATE");
  while (rows.step()) {
    const Message m = readMessage(rows);
    if (!arguments_.charger.empty() && m.identity != arguments_.charger) continue;
    ++(m.table == 'Q' ? queued : dead);
    const std::string why = m.reason ? ": " + *m.reason : "";
    line(m.name(), plain(m.identity), m.action, age(m.created, now), m.attempts,
         plain(std::string(ocpp::cutTo(m.state + why, 80))));
  }
  out_ << queued << " queued, " << dead << " dead letters\n";
  return 0;
}

std::optional<Message> Queue::find(const std::string& id) {
  const bool named = !id.empty() && (id[0] == 'Q' || id[0] == 'q' || id[0] == 'D' || id[0] == 'd');
  const std::string table = named && (id[0] == 'Q' || id[0] == 'q') ? "Q" : "D";
  const auto number = ocpp::parseInteger(named ? id.substr(1) : id);
  if (!number) throw BadConfiguration("queue: '" + id + "' is no ID\n" + usage);
  Statement row(*database_, "SELECT * FROM (" + std::string(messages) + ") WHERE place = ? AND id = ?");
  row << table << *number;
  if (row.step()) return readMessage(row);
  err_ << "queue: there is no message " << id << "\n";
  return std::nullopt;
}

std::vector<Message> Queue::chosen(bool& complete) {
  std::vector<Message> found;
  complete = true;
  if (arguments_.ids.empty()) throw BadConfiguration("queue: which message?\n" + std::string(usage));
  if (arguments_.ids == std::vector<std::string>{"all"} && arguments_.action == "retry") {
    Statement rows(*database_, std::string("SELECT * FROM (") + messages +
                                   "WHERE d.resolution IS NULL) WHERE place = 'D' ORDER BY id");
    while (rows.step()) {
      Message m = readMessage(rows);
      if (m.state == "dead") found.push_back(std::move(m));
    }
    return found;
  }
  for (const std::string& id : arguments_.ids) {
    std::optional<Message> m = find(id);
    if (m && m->resolvedAlready()) {
      err_ << "queue: " << m->name() << " has been " << m->state << " already\n";
      m.reset();
    }
    if (m)
      found.push_back(std::move(*m));
    else
      complete = false;
  }
  return found;
}

void Queue::showTransaction(const Message& message) {
  const auto tree = nlohmann::json::parse(message.payload, nullptr, false);
  if (!tree.is_object() || !tree.contains("transactionId") || !tree["transactionId"].is_number_integer()) return;
  Statement row(
      *database_,
      "SELECT soap_tx_id, backend_tx_id, connector_id, id_tag, start, meter_start, state, provisional FROM tx "
      "WHERE identity = ? AND soap_tx_id = ? ORDER BY id DESC");
  row << message.identity << tree["transactionId"].get<std::int64_t>();
  if (!row.step()) return;
  out_ << "transaction: " << row.number(0) << " (back-end: " << (row.isNull(1) ? "unknown" : row.text(1))
       << "), connector " << row.number(2) << ", idTag " << plain(row.text(3)) << ", since " << when(row.instant(4))
       << ", meterStart " << row.number(5) << ", " << row.text(6) << (row.flag(7) ? ", provisional" : "") << "\n";
}

int Queue::show() {
  open(Database::Mode::ReadOnly);
  if (arguments_.ids.size() != 1) throw BadConfiguration("queue: show one message\n" + std::string(usage));
  const auto m = find(arguments_.ids.front());
  if (!m) return 1;
  out_ << "id:          " << m->name() << "\ncharger:     " << plain(m->identity) << "\nnumber:      " << m->number
       << "\naction:      " << m->action << "\nstate:       " << m->state << "\nattempts:    " << m->attempts
       << "\ncreated:     " << when(m->created) << "\n";
  if (m->reason) out_ << "reason:      " << plain(*m->reason) << "\n";
  if (m->died) out_ << "died:        " << when(*m->died) << "\n";
  if (m->resolved) out_ << "resolved:    " << when(*m->resolved) << "\n";
  if (m->remark) out_ << "remark:      " << plain(*m->remark) << "\n";
  showTransaction(*m);
  const auto tree = nlohmann::ordered_json::parse(m->payload, nullptr, false);
  out_ << "payload:     " << (tree.is_discarded() ? m->payload : tree.dump(2)) << "\n";
  return 0;
}

int Queue::exportAll() {
  Database& db = open(Database::Mode::ReadOnly);
  Statement rows(db, std::string(messages) + "ORDER BY 3, 1 DESC, 2");
  constexpr auto replace = nlohmann::ordered_json::error_handler_t::replace;
  while (rows.step()) {
    const Message m = readMessage(rows);
    nlohmann::ordered_json line{
        {"id", m.name()},         {"charger", m.identity}, {"number", m.number},        {"action", m.action},
        {"attempts", m.attempts}, {"state", m.state},      {"created", when(m.created)}};
    if (m.reason) line["reason"] = *m.reason;
    if (m.died) line["died"] = when(*m.died);
    if (m.resolved) line["resolved"] = when(*m.resolved);
    if (m.remark) line["remark"] = *m.remark;
    const auto tree = nlohmann::ordered_json::parse(m.payload, nullptr, false);
    line["payload"] = tree.is_discarded() ? nlohmann::ordered_json(m.payload) : tree;
    out_ << line.dump(-1, ' ', false, replace) << "\n";
  }
  return 0;
}

/// Leaves a command for the bridge, unless there is one.
bool Queue::ask(const char* kind, const Message& m) {
  if (m.state.find("asked") != std::string::npos) {
    out_ << m.name() << ": " << m.state << " already\n";
    return true;
  }
  try {
    readRequestText(m.action, m.payload);
  } catch (const std::runtime_error& error) {
    err_ << "queue: " << m.name() << " cannot be delivered: " << error.what() << "\n";
    return false;
  }
  Statement insert(*database_,
                   "INSERT INTO command (kind, dead_letter, identity, number, reason, created) VALUES (?,?,?,?,?,?)");
  insert << kind;
  if (m.table == 'D')
    insert << m.id;
  else
    insert.null();
  (insert << m.identity << m.number << arguments_.reason << wallClock()).run();
  out_ << m.name() << ": " << kind << "; " << whoDoesIt() << "\n";
  return true;
}

int Queue::retry() {
  Transaction transaction(open(Database::Mode::ReadWrite));
  bool complete = true;
  for (const Message& m : chosen(complete)) complete = ask("retry", m) && complete;
  transaction.commit();
  return complete ? 0 : 1;
}

int Queue::discard() {
  if (ocpp::trimmed(arguments_.reason).empty())
    throw BadConfiguration(std::string("queue: discard needs --reason TEXT\n") + usage);
  Transaction transaction(open(Database::Mode::ReadWrite));
  bool complete = true;
  for (const Message& m : chosen(complete)) {
    if (m.table == 'Q') {
      complete = ask("discard", m) && complete;
      continue;
    }
    Statement update(*database_,
                     "UPDATE dead_letter SET resolution = 'discarded', resolved = ?, remark = ? WHERE id = ?");
    (update << wallClock() << arguments_.reason << m.id).run();
    Statement forget(*database_, "DELETE FROM command WHERE dead_letter = ?");
    (forget << m.id).run();
    out_ << m.name() << ": discarded\n";
  }
  transaction.commit();
  return complete ? 0 : 1;
}

struct Action {
  const char* name;
  int (Queue::*run)();
};
constexpr Action actions[] = {{"list", &Queue::list},
                              {"show", &Queue::show},
                              {"retry", &Queue::retry},
                              {"discard", &Queue::discard},
                              {"export", &Queue::exportAll}};

}  // namespace

int queueCommand(const std::vector<std::string>& arguments, std::ostream& out, std::ostream& err) {
  if (arguments == std::vector<std::string>{"--help"}) {
    out << usage << "\n";
    return 0;
  }
  const Arguments read = bridge::read(arguments);
  const auto found = std::find_if(std::begin(actions), std::end(actions),
                                  [&](const Action& action) { return action.name == read.action; });
  if (found == std::end(actions))
    throw BadConfiguration("queue: '" + read.action + "' is none of list, show, retry, discard, export\n" + usage);
  try {
    Queue queue(read, out, err);
    return (queue.*found->run)();
  } catch (const SqliteError& error) {
    err << "queue: " << databasePath(read.directory) << ": " << error.what() << "\n";
    return 1;
  }
}

int queueCommand(int argc, const char* const* argv) {
  return queueCommand(std::vector<std::string>(argv + std::min(argc, 2), argv + argc), std::cout, std::cerr);
}

}  // namespace bridge
