// SPDX-License-Identifier: GPL-2.0-or-later
// Keeps chargers and transactions, in memory and in the state file.
#include "tests/tools/cs/book.h"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <sstream>

#include "bridge/options.h"
#include "ocpp/literals.h"

namespace cs {

namespace {

constexpr std::size_t mostTransactions = 100000;  // older ones are forgotten: this is no billing system

std::string text(ocpp::Instant at) { return ocpp::formatDateTime(at, ocpp::Fraction::IfNotZero); }

Json describeTransaction(const Transaction& t) {
  Json out{{"transactionId", t.id},  {"charger", t.charger},       {"connectorId", t.connectorId}, {"idTag", t.idTag},
           {"start", text(t.start)}, {"meterStart", t.meterStart}, {"meterValues", t.meterValues}};
  if (t.stop) {
    out["stop"] = text(*t.stop);
    out["meterStop"] = t.meterStop;
    out["reason"] = t.reason;
  }
  return out;
}

Transaction readTransaction(const Json& in) {
  Transaction t;
  const auto time = [&](const char* key) {
    const auto at = ocpp::parseDateTime(in.at(key).get<std::string>());
    return at ? at->at : ocpp::Instant{};
  };
  t.id = in.at("transactionId");
  t.charger = in.at("charger");
  t.connectorId = in.at("connectorId");
  t.idTag = in.at("idTag");
  t.start = time("start");
  t.meterStart = in.at("meterStart");
  t.meterValues = in.at("meterValues");
  if (in.contains("stop")) {
    t.stop = time("stop");
    t.meterStop = in.at("meterStop");
    t.reason = in.at("reason");
  }
  return t;
}

}  // namespace

Book::Book(std::string stateFile) : file_(std::move(stateFile)) {
  if (file_.empty()) return;
  if (std::filesystem::exists(file_)) load(bridge::readFile(file_));
  try {
    save();  // a place that cannot be written is said at the start
  } catch (const std::runtime_error& error) { throw bridge::BadConfiguration(error.what()); }
}

void Book::load(const std::string& content) {
  try {
    const Json all = Json::parse(content);
    next_ = all.at("nextTransactionId");
    for (const Json& each : all.at("transactions")) transactions_.push_back(readTransaction(each));
    for (const auto& [id, each] : all.at("chargers").items()) {
      KnownCharger& charger = chargers_[id];
      charger.url = each.at("url");
      for (const auto version : {ocpp::Version::V12, ocpp::Version::V15, ocpp::Version::V16})
        if (each.at("version") == ocpp::name(version)) charger.version = version;
    }
  } catch (const Json::exception& error) {
    throw bridge::BadConfiguration(file_ + ": not a state file (" + error.what() + ")");
  }
}

void Book::save() const {
  if (file_.empty()) return;
  Json all{{"nextTransactionId", next_}, {"chargers", Json::object()}, {"transactions", Json::array()}};
  for (const auto& [id, each] : chargers_)
    if (each.lastSeen != ocpp::Instant{} || !each.url.empty())
      all["chargers"][id] = {{"version", ocpp::name(each.version)}, {"url", each.url}};
  for (const Transaction& each : transactions_) all["transactions"].push_back(describeTransaction(each));
  const std::string fresh = file_ + ".new";
  std::ofstream out(fresh, std::ios::binary | std::ios::trunc);
  out << all.dump(1, ' ', false, Json::error_handler_t::replace) << "\n";
  out.close();
  if (!out || std::rename(fresh.c_str(), file_.c_str()) != 0)
    throw std::runtime_error(file_ + ": cannot be written (" + std::strerror(errno) + ")");
}

void Book::keep() const {
  try {
    save();
  } catch (const std::runtime_error& error) { std::cerr << error.what() << std::endl; }
}

const KnownCharger* Book::find(const std::string& id) const {
  const auto found = chargers_.find(id);
  return found == chargers_.end() ? nullptr : &found->second;
}

const Transaction* Book::newest(const std::string& charger) const {
  const auto found = std::find_if(transactions_.rbegin(), transactions_.rend(),
                                  [&](const Transaction& t) { return t.charger == charger; });
  return found == transactions_.rend() ? nullptr : &*found;
}

Transaction* Book::transaction(const std::string& charger, std::int64_t id) {
  const auto found = std::find_if(transactions_.begin(), transactions_.end(),
                                  [&](const Transaction& t) { return t.id == id && t.charger == charger; });
  return found == transactions_.end() ? nullptr : &*found;
}

std::int64_t Book::start(const std::string& charger, const ocpp::StartTransaction::Request& request) {
  for (const Transaction& t : transactions_)
    // Said again, because the answer was lost; what has ended is not repeated, but may be alike within a second.
    if (!t.stop && t.charger == charger && t.connectorId == request.connectorId && t.idTag == request.idTag &&
        t.start == request.timestamp.at && t.meterStart == request.meterStart)
      return t.id;
  if (transactions_.size() >= mostTransactions) transactions_.erase(transactions_.begin());
  Transaction fresh;
  fresh.id = next_++;
  fresh.charger = charger;
  fresh.idTag = request.idTag;
  fresh.connectorId = request.connectorId;
  fresh.meterStart = request.meterStart;
  fresh.start = request.timestamp.at;
  transactions_.push_back(fresh);
  keep();
  return fresh.id;
}

bool Book::stop(const std::string& charger, const ocpp::StopTransaction::Request& request) {
  Transaction* t = transaction(charger, request.transactionId.value);
  if (t == nullptr) return false;
  t->stop = request.timestamp.at;
  t->meterStop = request.meterStop;
  t->reason = std::string(request.reason ? ocpp::word(*request.reason) : "Local");
  keep();
  return true;
}

void Book::meter(const std::string& charger, const ocpp::MeterValues::Request& request) {
  Transaction* t = request.transactionId ? transaction(charger, request.transactionId->value) : nullptr;
  if (t != nullptr) t->meterValues += request.meterValue.size();
}

void Book::status(const std::string& charger, const ocpp::StatusNotification::Request& request, ocpp::Instant now) {
  Connector& connector = chargers_[charger].connectors[request.connectorId];
  connector.status = std::string(ocpp::word(request.status));
  connector.errorCode = std::string(ocpp::word(request.errorCode));
  connector.since = request.timestamp ? request.timestamp->at : now;
}

Json Book::describe(const std::string& id) const {
  const KnownCharger* charger = find(id);
  if (charger == nullptr) return nullptr;
  Json out{{"charger", id}, {"version", ocpp::name(charger->version)}, {"url", charger->url}, {"peer", charger->peer}};
  out["lastSeen"] = charger->lastSeen == ocpp::Instant{} ? Json(nullptr) : Json(text(charger->lastSeen));
  out["vendor"] = charger->vendor;
  out["model"] = charger->model;
  out["registration"] = charger->registration;
  out["boots"] = charger->boots;
  out["connectors"] = Json::array();
  for (const auto& [number, c] : charger->connectors)
    out["connectors"].push_back(
        {{"connectorId", number}, {"status", c.status}, {"errorCode", c.errorCode}, {"since", text(c.since)}});
  out["transactions"] = Json::array();
  for (const Transaction& t : transactions_)
    if (t.charger == id) out["transactions"].push_back(describeTransaction(t));
  return out;
}

Json Book::describeAll() const {
  Json out = Json::array();
  for (const auto& [id, charger] : chargers_) out.push_back(describe(id));
  return out;
}

std::string Book::table() const {
  std::ostringstream out;
  if (chargers_.empty()) out << "no charger has been heard\n";
  for (const auto& [id, c] : chargers_) {
    out << id << "  OCPP " << ocpp::name(c.version) << "  " << (c.url.empty() ? "(no callback address)" : c.url)
        << "  ";
    out << (c.lastSeen == ocpp::Instant{} ? "not heard yet" : "heard " + text(c.lastSeen)) << "  " << c.vendor << " "
        << c.model << "\n";
    for (const auto& [number, connector] : c.connectors)
      out << "  connector " << number << ": " << connector.status
          << (connector.errorCode == "NoError" ? "" : " (" + connector.errorCode + ")") << "\n";
    for (const Transaction& t : transactions_) {
      if (t.charger != id) continue;
      out << "  transaction " << t.id << ": connector " << t.connectorId << ", " << t.idTag << ", since "
          << text(t.start) << ", " << t.meterValues << " readings";
      if (t.stop)
        out << ", ended " << text(*t.stop) << " with " << t.meterStop - t.meterStart << " Wh (" << t.reason << ")";
      out << "\n";
    }
  }
  return out.str();
}

}  // namespace cs
