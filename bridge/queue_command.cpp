// SPDX-License-Identifier: GPL-2.0-or-later
// Reading never changes anything; what changes is one transaction each. Nothing is ever deleted (SM-15): most acts are
// left as commands for the bridge.
#include "bridge/queue_command.h"

#include <algorithm>
#include <iomanip>
#include <iostream>
#include <nlohmann/json.hpp>
#include <optional>

#include "bridge/command_words.h"
#include "bridge/data_dir.h"
#include "bridge/log.h"
#include "bridge/open_database.h"
#include "bridge/options.h"
#include "bridge/queue_messages.h"
#include "bridge/record_text.h"
#include "ocpp/text.h"

namespace bridge {

namespace {

constexpr const char* queueUsage =
    "usage: ocpp-soap-bridge queue --data-dir DIR list [--charger IDENTITY] [--all] [--json]\n"
    "       ocpp-soap-bridge queue --data-dir DIR show ID\n"
    "       ocpp-soap-bridge queue --data-dir DIR retry ID...|all\n"
    "       ocpp-soap-bridge queue --data-dir DIR discard ID... --reason TEXT\n"
    "       ocpp-soap-bridge queue --data-dir DIR export\n"
    "       ocpp-soap-bridge queue --data-dir DIR forget IDENTITY [--discard-all --reason TEXT]\n"
    "IDs are those of list: Q1 waits for the back-end, D1 (or 1) is a dead letter, T1 an open transaction that a move\n"
    "waits for. retry all means every open dead letter. --all lists the resolved ones as well. forget frees an "
    "identity\n"
    "that --auto-register took in, that is leaving or that nothing is known of; with --discard-all its waiting "
    "messages\n"
    "become discarded dead letters.";
constexpr const char* moveUsage =
    "usage: ocpp-soap-bridge move --data-dir DIR IDENTITY --now|--same-back-end\n"
    "For a charger that waits to move to another back-end (state move-waits in `queue list`).\n"
    "--now            it moves at once; what is left behind becomes dead letters of the former back-end\n"
    "--same-back-end  the new address is the same back-end: its queue and transactions go along";

const CommandRules queueRules{"queue", queueUsage, {"--reason", "--charger"}, {"--all", "--json", "--discard-all"}};
const CommandRules moveRules{"move", moveUsage, {}, {"--now", "--same-back-end"}};

std::string when(ocpp::Instant at) { return ocpp::formatDateTime(at, ocpp::Fraction::IfNotZero); }

std::string span(ocpp::Duration time) {
  const auto seconds = std::max<std::int64_t>(0, std::chrono::duration_cast<std::chrono::seconds>(time).count());
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
  Queue(CommandWords words, std::ostream& out, std::ostream& err) : words_(std::move(words)), out_(out), err_(err) {}
  int list();
  int show();
  int exportAll();
  int retry();
  int discard();
  int forget();
  int move();

 private:
  Database& open(Database::Mode mode) {
    running_ = DataDirLock::heldBySomebody(words_.directory);  // before: see DatabaseLock
    database_ = openBeside(databasePath(words_.directory), mode);
    return *database_;
  }
  std::optional<QueueMessage> find(const std::string& id);
  std::vector<QueueMessage> chosen(bool& complete);
  void showTransaction(const QueueMessage& message);
  bool ask(const char* kind, const QueueMessage& message);
  void leave(const char* kind, const QueueMessage& message);
  const char* whoDoesIt() const {
    return running_ ? "the running bridge does it within a second" : "the bridge does it when it is started";
  }
  const std::string& identity();

  CommandWords words_;
  std::ostream& out_;
  std::ostream& err_;
  std::unique_ptr<Database> database_;
  bool running_ = false;
};

int Queue::list() {
  const auto all =
      queueMessages(open(Database::Mode::ReadOnly), words_.has("--all") ? QueuePart::All : QueuePart::Open);
  const ocpp::Instant now = wallClock();
  int queued = 0, dead = 0;
  const auto line = [&](const std::string& id, const std::string& charger, const std::string& action,
                        const std::string& state, const std::string& attempts, const std::string& reason,
                        const std::string& next, const std::string& old) {
    out_ << std::left << std::setw(7) << id << " " << std::setw(20) << charger << " " << std::setw(17) << action << " "
         << std::setw(11) << state << " " << std::right << std::setw(8) << attempts << "  " << std::left
         << std::setw(40) << reason << " " << std::right << std::setw(8) << next << " " << std::setw(8) << old << "\n";
  };
  if (!words_.has("--json")) line("ID", "CHARGER", "ACTION", "STATE", "ATTEMPTS", "REASON", "NEXT", "AGE");
  for (const QueueMessage& m : all) {
    const std::string& only = words_.value("--charger");
    if (!only.empty() && m.identity != only) continue;
    queued += m.table == 'Q';
    dead += m.table == 'D';
    if (words_.has("--json")) {
      out_ << queueJson(m) << "\n";
      continue;
    }
    const std::string why = (m.asked.empty() ? "" : m.asked + " asked" + (m.reason.empty() ? "" : "; ")) + m.reason;
    const bool waits = m.table == 'Q' && m.wait > ocpp::Duration::zero();
    line(m.name(), plain(m.identity), m.action, m.state, std::to_string(m.attempts),
         plain(std::string(ocpp::cutTo(why.empty() ? "-" : why, 40))), waits ? "<" + span(m.wait) : "-",
         span(now - m.created));
  }
  if (!words_.has("--json")) out_ << queued << " queued, " << dead << " dead letters\n";
  return 0;
}

std::optional<QueueMessage> Queue::find(const std::string& id) {
  auto found = findQueueMessage(*database_, id);
  if (!found) err_ << "queue: there is no message " << id << "\n";
  return found;
}

std::vector<QueueMessage> Queue::chosen(bool& complete) {
  std::vector<QueueMessage> found;
  complete = true;
  if (words_.others.empty()) throw BadConfiguration("queue: which message?\n" + std::string(queueUsage));
  if (words_.others == std::vector<std::string>{"all"} && words_.action == "retry") {
    for (QueueMessage& m : queueMessages(*database_, QueuePart::Open))
      if (m.table == 'D' && m.asked.empty()) found.push_back(std::move(m));
    return found;
  }
  for (const std::string& id : words_.others) {
    std::optional<QueueMessage> m = find(id);
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

void Queue::showTransaction(const QueueMessage& message) {
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
  if (words_.others.size() != 1) throw BadConfiguration("queue: show one message\n" + std::string(queueUsage));
  const auto m = find(words_.others.front());
  if (!m) return 1;
  out_ << "id:          " << m->name() << "\ncharger:     " << plain(m->identity) << "\nnumber:      " << m->number
       << "\naction:      " << m->action << "\nstate:       " << m->state << "\nattempts:    " << m->attempts
       << "\ncreated:     " << when(m->created) << "\n";
  if (!m->backend.empty()) out_ << "back-end:    " << plain(m->backend) << "\n";
  if (!m->asked.empty()) out_ << "asked:       " << m->asked << "\n";
  if (!m->reason.empty()) out_ << "reason:      " << plain(m->reason) << "\n";
  if (m->wait > ocpp::Duration::zero()) out_ << "next:        within " << span(m->wait) << "\n";
  if (!m->movingTo.empty()) out_ << "moves to:    " << plain(m->movingTo) << ", since " << when(m->movingSince) << "\n";
  if (m->died) out_ << "died:        " << when(*m->died) << "\n";
  if (m->resolved) out_ << "resolved:    " << when(*m->resolved) << "\n";
  if (m->remark) out_ << "remark:      " << plain(*m->remark) << "\n";
  showTransaction(*m);
  const auto tree = nlohmann::ordered_json::parse(m->payload, nullptr, false);
  if (!m->payload.empty()) out_ << "payload:     " << (tree.is_discarded() ? m->payload : tree.dump(2)) << "\n";
  return 0;
}

int Queue::exportAll() {
  for (const QueueMessage& m : queueMessages(open(Database::Mode::ReadOnly), QueuePart::All))
    if (m.table != 'T') out_ << queueJson(m) << "\n";
  return 0;
}

/// Leaves a command for the bridge, unless there is one or it could not be carried out.
bool Queue::ask(const char* kind, const QueueMessage& m) {
  if (!m.asked.empty()) {
    out_ << m.name() << ": " << m.asked << " asked already\n";
    return true;
  }
  if (m.table == 'T') {
    err_ << "queue: " << m.name() << " is no message; see `ocpp-soap-bridge move --help`\n";
    return false;
  }
  if (m.unserved && std::string_view(kind) != "discard") {  // TX-15
    err_ << "queue: " << m.name() << " is unserved: nothing is known of the charger '" << plain(m.identity)
         << "'. Add it to the chargers file, and it is delivered\n";
    return false;
  }
  try {
    readRequestText(m.action, m.payload);
  } catch (const std::runtime_error& error) {
    err_ << "queue: " << m.name() << " cannot be delivered: " << error.what() << "\n";
    return false;
  }
  leave(kind, m);
  out_ << m.name() << ": " << kind << "; " << whoDoesIt() << "\n";
  return true;
}

void Queue::leave(const char* kind, const QueueMessage& m) {
  Statement insert(
      *database_,
      "INSERT INTO command (kind, dead_letter, identity, number, key, reason, created) VALUES (?,?,?,?,?,?,?)");
  insert << kind << (m.table == 'D' ? std::optional(m.id) : std::nullopt) << m.identity << m.number << m.key
         << words_.value("--reason") << wallClock();
  insert.run();
}

int Queue::retry() {
  Transaction transaction(open(Database::Mode::ReadWrite));
  bool complete = true;
  for (const QueueMessage& m : chosen(complete)) complete = ask("retry", m) && complete;
  transaction.commit();
  return complete ? 0 : 1;
}

int Queue::discard() {
  if (ocpp::trimmed(words_.value("--reason")).empty())
    throw BadConfiguration(std::string("queue: discard needs --reason TEXT\n") + queueUsage);
  Transaction transaction(open(Database::Mode::ReadWrite));
  bool complete = true;
  for (const QueueMessage& m : chosen(complete)) {
    if (m.table != 'D') {
      complete = ask("discard", m) && complete;
      continue;
    }
    Statement update(*database_,
                     "UPDATE dead_letter SET resolution = 'discarded', resolved = ?, remark = ? WHERE id = ?");
    (update << wallClock() << words_.value("--reason") << m.id).run();
    Statement obsolete(*database_, "DELETE FROM command WHERE dead_letter = ?");
    (obsolete << m.id).run();
    out_ << m.name() << ": discarded\n";
  }
  transaction.commit();
  return complete ? 0 : 1;
}

const std::string& Queue::identity() {
  if (words_.others.size() != 1) throw BadConfiguration("which charger? Name one identity");
  return words_.others.front();
}

/// TX-15: numbers, transactions and dead letters stay; the name can be taken in again.
int Queue::forget() {
  QueueMessage m;
  m.identity = identity();
  const bool discardAll = words_.has("--discard-all");
  if (discardAll == ocpp::trimmed(words_.value("--reason")).empty())
    throw BadConfiguration(std::string("queue: forget needs --discard-all and --reason TEXT, or neither\n") +
                           queueUsage);
  Transaction transaction(open(Database::Mode::ReadWrite));
  Statement row(*database_,
                "SELECT auto_registered OR unserved OR leaving, (SELECT count(*) FROM queued q "
                "WHERE q.identity = charger.identity), (SELECT count(*) FROM command c WHERE c.identity = "
                "charger.identity AND c.kind = 'forget') FROM charger WHERE identity = ? AND forgotten = 0");
  row << m.identity;
  if (!row.step()) {
    err_ << "queue: there is no charger '" << plain(m.identity) << "'\n";
    return 1;
  }
  if (!row.flag(0)) {
    err_ << "queue: '" << plain(m.identity) << "' is in the chargers file; take it out there, then it is forgotten\n";
    return 1;
  }
  if (row.number(1) > 0 && !discardAll) {
    err_ << "queue: " << row.number(1) << " messages of '" << plain(m.identity)
         << "' wait; deliver or discard them first, or say --discard-all --reason TEXT\n";
    return 1;
  }
  const bool asked = row.number(2) > 0;
  row.reset();
  if (!asked) leave("forget", m);
  transaction.commit();
  out_ << plain(m.identity) << ": forget; " << whoDoesIt() << "\n";
  return 0;
}

/// TX-14.
int Queue::move() {
  QueueMessage m;
  m.identity = identity();
  if (words_.has("--now") == words_.has("--same-back-end"))
    throw BadConfiguration(std::string("move: --now or --same-back-end?\n") + moveUsage);
  Transaction transaction(open(Database::Mode::ReadWrite));
  Statement row(*database_, "SELECT moving_to FROM charger WHERE identity = ? AND moving_to <> ''");
  row << m.identity;
  if (!row.step()) {
    err_ << "move: '" << plain(m.identity) << "' does not wait to move to another back-end\n";
    return 1;
  }
  const std::string to = row.text(0);
  row.reset();
  leave(words_.has("--now") ? "move-now" : "move-same", m);
  transaction.commit();
  out_ << plain(m.identity) << ": moves to " << plain(to) << "; " << whoDoesIt() << "\n";
  return 0;
}

struct Action {
  const char* name;
  int (Queue::*run)();
};
constexpr Action actions[] = {{"list", &Queue::list},       {"show", &Queue::show},        {"retry", &Queue::retry},
                              {"discard", &Queue::discard}, {"export", &Queue::exportAll}, {"forget", &Queue::forget}};

int runOn(CommandWords words, int (Queue::*act)(), std::ostream& out, std::ostream& err) {
  const std::string path = databasePath(words.directory);
  const std::string command = words.command;
  try {
    Queue queue(std::move(words), out, err);
    return (queue.*act)();
  } catch (const SqliteError& error) {
    err << command << ": " << path << ": " << error.what() << "\n";
    return 1;
  }
}

}  // namespace

int queueCommand(const std::vector<std::string>& arguments, std::ostream& out, std::ostream& err) {
  if (arguments == std::vector<std::string>{"--help"}) {
    out << queueUsage << "\n";
    return 0;
  }
  CommandWords words = readCommandWords(arguments, queueRules, true);
  const auto found = std::find_if(std::begin(actions), std::end(actions),
                                  [&](const Action& action) { return action.name == words.action; });
  if (found == std::end(actions))
    throw BadConfiguration("queue: '" + words.action + "' is none of list, show, retry, discard, export, forget\n" +
                           queueUsage);
  return runOn(std::move(words), found->run, out, err);
}

int moveCommand(const std::vector<std::string>& arguments, std::ostream& out, std::ostream& err) {
  if (arguments == std::vector<std::string>{"--help"}) {
    out << moveUsage << "\n";
    return 0;
  }
  return runOn(readCommandWords(arguments, moveRules, false), &Queue::move, out, err);
}

}  // namespace bridge
