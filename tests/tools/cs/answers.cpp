// SPDX-License-Identifier: GPL-2.0-or-later
// One function per message of charge points.
#include "tests/tools/cs/answers.h"

#include <algorithm>
#include <stdexcept>

#include "ocpp/literals.h"

namespace cs {

namespace {

using namespace ocpp;

BootNotification::Response boot(const Rules& rules, KnownCharger& charger, Version version,
                                const BootNotification::Request& request, Instant now) {
  const std::size_t turn = std::min(charger.bootTurn, rules.boots.size() - 1);
  ++charger.boots;
  ++charger.bootTurn;
  charger.vendor = request.chargePointVendor;
  charger.model = request.chargePointModel;
  BootNotification::Response response;
  response.status = rules.boots[turn];
  // OCPP 1.2 and 1.5 have no word for Pending; Rejected makes them ask again as well.
  if (version != Version::V16 && response.status == RegistrationStatus::Pending)
    response.status = RegistrationStatus::Rejected;
  response.currentTime = {now, true};
  response.interval = response.status == RegistrationStatus::Accepted ? rules.interval : rules.retryInterval;
  charger.registration = std::string(word(response.status));
  return response;
}

}  // namespace

Response answer(const Rules& rules, Book& book, const std::string& id, Version version, const Request& request,
                Instant now) {
  if (const auto* r = std::get_if<BootNotification::Request>(&request))
    return boot(rules, book.charger(id), version, *r, now);
  if (is<Heartbeat>(request)) return Heartbeat::Response{{now, true}};
  if (const auto* r = std::get_if<Authorize::Request>(&request)) return Authorize::Response{rules.tag(r->idTag)};
  if (const auto* r = std::get_if<StartTransaction::Request>(&request))
    return StartTransaction::Response{{book.start(id, *r)}, rules.tag(r->idTag)};
  if (const auto* r = std::get_if<StopTransaction::Request>(&request)) {
    book.stop(id, *r);  // an unknown transaction is answered as well: the charger could do nothing else than repeat
    StopTransaction::Response response;
    if (r->idTag) response.idTagInfo = rules.tag(*r->idTag);
    return response;
  }
  if (const auto* r = std::get_if<MeterValues::Request>(&request)) {
    book.meter(id, *r);
    return MeterValues::Response{};
  }
  if (const auto* r = std::get_if<StatusNotification::Request>(&request)) {
    book.status(id, *r, now);
    return StatusNotification::Response{};
  }
  if (is<DiagnosticsStatusNotification>(request)) return DiagnosticsStatusNotification::Response{};
  if (is<FirmwareStatusNotification>(request)) return FirmwareStatusNotification::Response{};
  if (is<DataTransfer>(request)) return DataTransfer::Response{rules.dataTransfer, {}};
  throw std::logic_error("no message of charge points");
}

}  // namespace cs
