// SPDX-License-Identifier: GPL-2.0-or-later
// Reservations: of one connector or of any, for a tag or its parent, until they expire (OCPP 1.6 sections 5.1
// and 5.13).
#include "station/impl.h"

namespace station {

using namespace ocpp;

namespace {

bool isFor(const Reservation& reservation, const IdToken& idTag, const std::optional<IdToken>& parent) {
  return equalFold(reservation.idTag, idTag) ||
         (reservation.parentIdTag && parent && equalFold(*reservation.parentIdTag, *parent));
}

}  // namespace

// The reservation that the tag would use up on the connector (0: on whichever).
std::optional<int> Station::Impl::reservationFor(int connectorId, const IdToken& idTag,
                                                 const std::optional<IdToken>& parent) const {
  std::optional<int> any;
  for (const auto& [id, reservation] : reservations_) {
    if (!isFor(reservation, idTag, parent)) continue;
    if (reservation.connectorId == connectorId && connectorId != 0) return id;
    if (reservation.connectorId == 0 || connectorId == 0) any = id;
  }
  // A shared reader asks per connector: a reservation of any connector says nothing about this one.
  return any;
}

std::size_t Station::Impl::freeConnectors() const {
  return static_cast<std::size_t>(std::count_if(connectors_.begin() + 1, connectors_.end(), [&](const Connector& c) {
    const bool reserved = std::any_of(reservations_.begin(), reservations_.end(),
                                      [&](const auto& each) { return each.second.connectorId == c.id; });
    return c.status == Status::Available && !c.transaction && !reserved;
  }));
}

bool Station::Impl::blockedByReservation(int connectorId, const IdToken& idTag,
                                         const std::optional<IdToken>& parent) const {
  std::size_t ofAny = 0;
  for (const auto& [id, reservation] : reservations_) {
    if (reservation.connectorId == connectorId) return !isFor(reservation, idTag, parent);
    if (reservation.connectorId != 0) continue;
    if (isFor(reservation, idTag, parent)) return false;
    ++ofAny;
  }
  if (ofAny == 0) return false;
  // One connector must stay free for each reservation of any.
  const Connector& c = connectors_[static_cast<std::size_t>(connectorId)];
  const std::size_t others = freeConnectors() - (c.status == Status::Available ? 1 : 0);
  return others < ofAny;
}

ReservationStatus Station::Impl::reservable(const ReserveNow::Request& request, Steady now) const {
  if (request.expiryDate.at <= wall(now)) return ReservationStatus::Rejected;
  std::size_t ofAny = 0;
  for (const auto& [id, reservation] : reservations_) {
    if (id == request.reservationId) continue;
    if (reservation.connectorId == request.connectorId && request.connectorId != 0) return ReservationStatus::Occupied;
    ofAny += reservation.connectorId == 0 ? 1 : 0;
  }
  const auto old = reservations_.find(request.reservationId);
  const bool sameConnector = old != reservations_.end() && old->second.connectorId == request.connectorId;
  if (request.connectorId == 0) {
    if (!configuration_.boolean(Key::ReserveConnectorZeroSupported)) return ReservationStatus::Rejected;
    if (freeConnectors() > ofAny) return ReservationStatus::Accepted;
    const auto all = [&](Status status) {
      return std::all_of(connectors_.begin() + 1, connectors_.end(),
                         [&](const Connector& c) { return c.status == status; });
    };
    return all(Status::Faulted)       ? ReservationStatus::Faulted
           : all(Status::Unavailable) ? ReservationStatus::Unavailable
                                      : ReservationStatus::Occupied;
  }
  if (request.connectorId < 0 || request.connectorId >= static_cast<int>(connectors_.size()))
    return ReservationStatus::Rejected;
  const Connector& c = connectors_[static_cast<std::size_t>(request.connectorId)];
  switch (c.status) {
    case Status::Available:
      if (c.transaction) return ReservationStatus::Occupied;  // it does not show yet
      return !sameConnector && freeConnectors() <= ofAny ? ReservationStatus::Occupied : ReservationStatus::Accepted;
    case Status::Reserved: return sameConnector ? ReservationStatus::Accepted : ReservationStatus::Occupied;
    case Status::Faulted: return ReservationStatus::Faulted;
    case Status::Unavailable: return ReservationStatus::Unavailable;
    default: return ReservationStatus::Occupied;
  }
}

Reply Station::Impl::on(CallId, const ReserveNow::Request& request, Steady now) {
  const ReservationStatus status = reservable(request, now);
  if (status == ReservationStatus::Accepted) {
    Reservation reservation{request.reservationId, request.connectorId, request.idTag, request.parentIdTag,
                            request.expiryDate};
    keep("reservation/" + std::to_string(request.reservationId), toRecord(reservation));
    reservations_[request.reservationId] = std::move(reservation);
  }
  return Result<Response>(Response(ReserveNow::Response{status}));
}

Reply Station::Impl::on(CallId, const CancelReservation::Request& request, Steady) {
  const bool known = reservations_.count(request.reservationId) > 0;
  if (known) removeReservation(request.reservationId);
  return Result<Response>(Response(
      CancelReservation::Response{known ? CancelReservationStatus::Accepted : CancelReservationStatus::Rejected}));
}

void Station::Impl::removeReservation(int reservationId) {
  reservations_.erase(reservationId);
  forget("reservation/" + std::to_string(reservationId));
}

template <class Ends>
void Station::Impl::removeReservations(Ends&& ends) {
  std::vector<int> ended;
  for (const auto& [id, reservation] : reservations_)
    if (ends(reservation)) ended.push_back(id);
  for (const int id : ended) removeReservation(id);
}

// Section 5.13: a reservation ends when its connector (or, for one of any, the station) is Faulted or Unavailable.
void Station::Impl::endReservations(const Connector& c) {
  if (c.status == Status::Faulted || c.status == Status::Unavailable)
    removeReservations([&](const Reservation& each) { return each.connectorId == c.id; });
}

void Station::Impl::tickReservations(Steady now) {
  if (!clockKnown_) return;
  removeReservations([&](const Reservation& each) { return each.expiryDate.at <= wall(now); });
}

}  // namespace station
