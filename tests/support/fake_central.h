// SPDX-License-Identifier: GPL-2.0-or-later
// A central system that answers a station at once, or as told, and checks what is said about transactions.
#pragma once

#include <map>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "ocpp/messages.h"

namespace test {

/// A promise that does not hold is a std::logic_error with the sentence: unit tests and fuzzing show it.
inline void require(bool holds, const std::string& what) {
  if (!holds) throw std::logic_error(what);
}

/// What the central system knows of a transaction.
struct Billed {
  ocpp::StartTransaction::Request start;
  ocpp::AuthorizationStatus status = ocpp::AuthorizationStatus::Accepted;  ///< That it answered.
  std::vector<ocpp::MeterValues::Request> values;
  std::optional<ocpp::StopTransaction::Request> stop;
};

/// Law: a transaction has one stop, after its start and not before it in time; on a connector they do not overlap;
/// values and stops name transactions that exist, and values do not come behind the stop unless they were triggered.
struct FakeCentral {
  bool up = true;
  ocpp::RegistrationStatus registration = ocpp::RegistrationStatus::Accepted;
  int interval = 300;
  std::map<std::string, ocpp::IdTagInfo> tags;  ///< Others are Accepted.
  std::map<std::string, int> refuse;            ///< Action -> how many times it is answered with a fault.
  std::map<std::string, int> ignore;            ///< Action -> how many times it gets no answer, and is not heard.
  std::map<std::string, int> lose;              ///< Action -> how many times it is heard and its answer is lost.
  std::map<std::int64_t, Billed> transactions;
  std::int64_t nextId = 1000;
  ocpp::Duration clockError{};
  bool mayRepeat = false;  ///< What was said and not confirmed is said again: known by its content.

  ocpp::IdTagInfo info(const std::string& tag) const {
    const auto found = tags.find(tag);
    return found == tags.end() ? ocpp::IdTagInfo{} : found->second;
  }

  ocpp::Response answer(const ocpp::Request& request, ocpp::Instant now) {
    const ocpp::DateTime clock{now + clockError, true};
    return std::visit([&](const auto& each) { return answer(each, clock); },
                      static_cast<const ocpp::Request::Alternatives&>(request));
  }

 private:
  template <class R>
  ocpp::Response answer(const R&, const ocpp::DateTime&) {
    throw std::logic_error("a request that charge points do not send");
  }
  ocpp::Response answer(const ocpp::BootNotification::Request&, const ocpp::DateTime& clock) {
    return ocpp::BootNotification::Response{registration, clock, interval};
  }
  ocpp::Response answer(const ocpp::Heartbeat::Request&, const ocpp::DateTime& clock) {
    return ocpp::Heartbeat::Response{clock};
  }
  ocpp::Response answer(const ocpp::Authorize::Request& r, const ocpp::DateTime&) {
    return ocpp::Authorize::Response{info(r.idTag)};
  }
  ocpp::Response answer(const ocpp::StatusNotification::Request&, const ocpp::DateTime&) {
    return ocpp::StatusNotification::Response{};
  }
  ocpp::Response answer(const ocpp::DiagnosticsStatusNotification::Request&, const ocpp::DateTime&) {
    return ocpp::DiagnosticsStatusNotification::Response{};
  }
  ocpp::Response answer(const ocpp::FirmwareStatusNotification::Request&, const ocpp::DateTime&) {
    return ocpp::FirmwareStatusNotification::Response{};
  }
  ocpp::Response answer(const ocpp::DataTransfer::Request&, const ocpp::DateTime&) {
    return ocpp::DataTransfer::Response{ocpp::DataTransferStatus::Accepted, {}};
  }
  ocpp::Response answer(const ocpp::StartTransaction::Request& r, const ocpp::DateTime&) {
    for (const auto& [id, billed] : transactions) {
      if (billed.start.connectorId != r.connectorId) continue;
      if (mayRepeat && billed.start.timestamp == r.timestamp && !billed.stop)
        return ocpp::StartTransaction::Response{{id}, info(r.idTag)};
      require(billed.stop.has_value(), "a start before the stop of the transaction before it");
    }
    const ocpp::IdTagInfo said = info(r.idTag);
    Billed& billed = transactions[++nextId];
    billed.start = r;
    billed.status = said.status;
    return ocpp::StartTransaction::Response{{nextId}, said};
  }
  ocpp::Response answer(const ocpp::MeterValues::Request& r, const ocpp::DateTime&) {
    if (r.transactionId) {
      const auto found = transactions.find(r.transactionId->value);
      require(found != transactions.end(), "values of an unknown transaction");
      const auto& samples = r.meterValue.at(0).sampledValue;
      const bool triggered = !samples.empty() && samples[0].context == ocpp::ReadingContext::Trigger;
      require(!found->second.stop || triggered || mayRepeat, "values behind the stop");
      require(found->second.start.connectorId == r.connectorId, "values of another connector's transaction");
      found->second.values.push_back(r);
    }
    return ocpp::MeterValues::Response{};
  }
  ocpp::Response answer(const ocpp::StopTransaction::Request& r, const ocpp::DateTime&) {
    if (r.transactionId.value >= 0) {
      const auto found = transactions.find(r.transactionId.value);
      require(found != transactions.end(), "a stop of an unknown transaction");
      Billed& billed = found->second;
      require(!billed.stop || (mayRepeat && billed.stop->timestamp == r.timestamp), "a second stop");
      require(r.timestamp.at >= billed.start.timestamp.at, "a stop before its start");
      require(r.meterStop >= billed.start.meterStart, "less than nothing delivered");
      billed.stop = r;
    }
    ocpp::StopTransaction::Response response;
    if (r.idTag) response.idTagInfo = info(*r.idTag);
    return response;
  }
};

}  // namespace test
