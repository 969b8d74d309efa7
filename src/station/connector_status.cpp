// SPDX-License-Identifier: GPL-2.0-or-later
// The table of section 4.9 of OCPP 1.6, and the table that says which status a situation is.
#include "station/connector_status.h"

#include <iterator>

#include "ocpp/literals.h"

namespace station {

using Status = ocpp::ChargePointStatus;

namespace {

constexpr std::string_view faultEnds = "the fault is gone; back to what was before";
constexpr Transition table[] = {
    {Status::Available, Status::Preparing, "A2", "cable in, tag shown, or started from afar"},
    {Status::Available, Status::Charging, "A3", "as A2, where no authorization is needed"},
    {Status::Available, Status::SuspendedEV, "A4", "as A3, and the EV does not draw"},
    {Status::Available, Status::SuspendedEVSE, "A5", "as A3, and no energy is offered"},
    {Status::Available, Status::Reserved, "A7", "ReserveNow"},
    {Status::Available, Status::Unavailable, "A8", "ChangeAvailability"},
    {Status::Available, Status::Faulted, "A9", "fault"},

    {Status::Preparing, Status::Available, "B1", "cable out, tag shown again, or ConnectionTimeOut"},
    {Status::Preparing, Status::Charging, "B3", "all is there, energy flows"},
    {Status::Preparing, Status::SuspendedEV, "B4", "all is there, the EV does not draw"},
    {Status::Preparing, Status::SuspendedEVSE, "B5", "all is there, no energy is offered"},
    {Status::Preparing, Status::Finishing, "B6", "no tag was shown in time, the cable is still in"},
    {Status::Preparing, Status::Faulted, "B9", "fault"},

    {Status::Charging, Status::Available, "C1", "ended, nothing left to do for the user"},
    {Status::Charging, Status::SuspendedEV, "C4", "the EV stops drawing"},
    {Status::Charging, Status::SuspendedEVSE, "C5", "no energy is offered any more"},
    {Status::Charging, Status::Finishing, "C6", "stopped, the cable is still in"},
    {Status::Charging, Status::Unavailable, "C8", "ended, and scheduled to go out of service"},
    {Status::Charging, Status::Faulted, "C9", "fault"},

    {Status::SuspendedEV, Status::Available, "D1", "ended, nothing left to do for the user"},
    {Status::SuspendedEV, Status::Charging, "D3", "the EV draws again"},
    {Status::SuspendedEV, Status::SuspendedEVSE, "D5", "no energy is offered any more"},
    {Status::SuspendedEV, Status::Finishing, "D6", "stopped, the cable is still in"},
    {Status::SuspendedEV, Status::Unavailable, "D8", "ended, and scheduled to go out of service"},
    {Status::SuspendedEV, Status::Faulted, "D9", "fault"},

    {Status::SuspendedEVSE, Status::Available, "E1", "ended, nothing left to do for the user"},
    {Status::SuspendedEVSE, Status::Charging, "E3", "energy is offered again"},
    {Status::SuspendedEVSE, Status::SuspendedEV, "E4", "energy is offered again, the EV does not draw"},
    {Status::SuspendedEVSE, Status::Finishing, "E6", "stopped, the cable is still in"},
    {Status::SuspendedEVSE, Status::Unavailable, "E8", "ended, and scheduled to go out of service"},
    {Status::SuspendedEVSE, Status::Faulted, "E9", "fault"},

    {Status::Finishing, Status::Available, "F1", "the user has done all"},
    {Status::Finishing, Status::Preparing, "F2", "the user starts again"},
    {Status::Finishing, Status::Unavailable, "F8", "the user has done all, scheduled to go out of service"},
    {Status::Finishing, Status::Faulted, "F9", "fault"},

    {Status::Reserved, Status::Available, "G1", "the reservation has expired or was cancelled"},
    {Status::Reserved, Status::Preparing, "G2", "the tag it is for was shown"},
    {Status::Reserved, Status::Unavailable, "G8", "as G1, and scheduled to go out of service"},
    {Status::Reserved, Status::Faulted, "G9", "fault"},

    {Status::Unavailable, Status::Available, "H1", "ChangeAvailability"},
    {Status::Unavailable, Status::Preparing, "H2", "ChangeAvailability, and a user is already there"},
    {Status::Unavailable, Status::Charging, "H3", "as H1, where no authorization is needed"},
    {Status::Unavailable, Status::SuspendedEV, "H4", "as H3, and the EV does not draw"},
    {Status::Unavailable, Status::SuspendedEVSE, "H5", "as H3, and no energy is offered"},
    {Status::Unavailable, Status::Faulted, "H9", "fault"},

    {Status::Faulted, Status::Available, "I1", faultEnds},
    {Status::Faulted, Status::Preparing, "I2", faultEnds},
    {Status::Faulted, Status::Charging, "I3", faultEnds},
    {Status::Faulted, Status::SuspendedEV, "I4", faultEnds},
    {Status::Faulted, Status::SuspendedEVSE, "I5", faultEnds},
    {Status::Faulted, Status::Finishing, "I6", faultEnds},
    {Status::Faulted, Status::Reserved, "I7", faultEnds},
    {Status::Faulted, Status::Unavailable, "I8", faultEnds},
};

// Where there is no transition, the user begins anew (Preparing) or has left for a moment (Available).
constexpr Status between[] = {Status::Preparing, Status::Available};

struct Row {
  bool (*fits)(const Situation&);
  Status status;
};
// The first row that fits decides.
constexpr Row rows[] = {
    {[](const Situation& s) { return s.faulted; }, Status::Faulted},
    {[](const Situation& s) { return s.transaction && !s.offered; }, Status::SuspendedEVSE},
    {[](const Situation& s) { return s.transaction && !s.evDraws; }, Status::SuspendedEV},
    {[](const Situation& s) { return s.transaction; }, Status::Charging},
    {[](const Situation& s) { return !s.operative; }, Status::Unavailable},
    {[](const Situation& s) { return s.reserved; }, Status::Reserved},
    {[](const Situation& s) { return s.spent; }, Status::Finishing},
    {[](const Situation& s) { return s.inUse; }, Status::Preparing},
};

}  // namespace

Transitions transitions() { return {std::begin(table), std::end(table)}; }

const Transition* findTransition(Status from, Status to) {
  for (const Transition& each : table)
    if (each.from == from && each.to == to) return &each;
  return nullptr;
}

std::vector<Status> route(Status from, Status to) {
  if (from == to) return {};
  if (findTransition(from, to)) return {to};
  for (const Status via : between)
    if (findTransition(from, via) && findTransition(via, to)) return {via, to};
  return {to};
}

Status statusIn(const Situation& situation) {
  for (const Row& row : rows)
    if (row.fits(situation)) return row.status;
  return Status::Available;
}

Status reduced(Status status, ocpp::Version version) {
  const ocpp::Encoding encoding = ocpp::soapEncoding(version);
  if (ocpp::has(status, encoding)) return status;
  const auto word = ocpp::write(status, encoding);
  for (const auto& row : ocpp::Literals<Status>::rows)
    if (row.columns[ocpp::column(encoding)].text == word && ocpp::has(row.value, encoding)) return row.value;
  return status;
}

}  // namespace station
