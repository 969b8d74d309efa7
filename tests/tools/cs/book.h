// SPDX-License-Identifier: GPL-2.0-or-later
// What the central system knows: chargers, their connectors and transactions, kept in a file if one is named.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "ocpp/messages.h"
#include "ocpp/version.h"
#include "ocpp_s/dialect.h"
#include "tests/tools/common/message.h"

namespace cs {

using tool::compact;
using tool::Json;
using tool::matches;
using tool::Message;
using tool::Observer;
using tool::oneLine;

struct Connector {
  std::string status, errorCode;
  ocpp::Instant since{};
};

struct Transaction {
  std::int64_t id = 0;
  std::string charger, idTag;
  int connectorId = 0, meterStart = 0;
  ocpp::Instant start{};
  std::optional<ocpp::Instant> stop;
  int meterStop = 0;
  std::string reason;
  std::size_t meterValues = 0;  ///< Readings received.
};

struct KnownCharger {
  ocpp::Version version{};
  ocpp_s::Manner manner{};  ///< How it writes; it is written to in the same.
  std::string url;          ///< Where it is called; "" = it has not said so.
  bool urlIsFixed = false;  ///< --charger-url names it.
  std::string peer;         ///< Address that it last came from.
  std::string vendor, model;
  std::string registration;  ///< What its last BootNotification got.
  ocpp::Instant lastSeen{};  ///< 1970 = not in this run.
  std::size_t boots = 0;     ///< BootNotifications of this run.
  std::size_t bootTurn = 0;  ///< Place in the statuses of the rules.
  std::map<int, Connector> connectors;
};

class Book {
 public:
  /// With a file: reads it if it exists, and writes it when something in it changes. Throws bridge::BadConfiguration.
  explicit Book(std::string stateFile = "");

  KnownCharger& charger(const std::string& id) { return chargers_[id]; }
  const KnownCharger* find(const std::string& id) const;
  const std::map<std::string, KnownCharger>& chargers() const { return chargers_; }
  const std::vector<Transaction>& transactions() const { return transactions_; }
  /// The newest transaction of a charger; null if there is none.
  const Transaction* newest(const std::string& charger) const;

  /// The id for this start. The same start said again (chargers repeat) gets the same id.
  std::int64_t start(const std::string& charger, const ocpp::StartTransaction::Request& request);
  /// False: no such transaction of that charger.
  bool stop(const std::string& charger, const ocpp::StopTransaction::Request& request);
  void meter(const std::string& charger, const ocpp::MeterValues::Request& request);
  void status(const std::string& charger, const ocpp::StatusNotification::Request& request, ocpp::Instant now);
  /// Writes the state file now; says so on the standard error if that fails.
  void keep() const;

  Json describe(const std::string& id) const;
  Json describeAll() const;
  /// For people: chargers, connectors, transactions.
  std::string table() const;

 private:
  void save() const;  // throws std::runtime_error
  Transaction* transaction(const std::string& charger, std::int64_t id);
  void load(const std::string& text);

  std::string file_;
  std::map<std::string, KnownCharger> chargers_;
  std::vector<Transaction> transactions_;
  std::int64_t next_ = 1;
};

}  // namespace cs
