// SPDX-License-Identifier: GPL-2.0-or-later
// All actions of OCPP 1.x in one list, and the value types of a request and a response of any action.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>

#include "ocpp/messages/authorize.h"
#include "ocpp/messages/boot_notification.h"
#include "ocpp/messages/cancel_reservation.h"
#include "ocpp/messages/certificate_signed.h"
#include "ocpp/messages/change_availability.h"
#include "ocpp/messages/change_configuration.h"
#include "ocpp/messages/clear_cache.h"
#include "ocpp/messages/clear_charging_profile.h"
#include "ocpp/messages/data_transfer.h"
#include "ocpp/messages/delete_certificate.h"
#include "ocpp/messages/diagnostics_status_notification.h"
#include "ocpp/messages/extended_trigger_message.h"
#include "ocpp/messages/firmware_status_notification.h"
#include "ocpp/messages/get_composite_schedule.h"
#include "ocpp/messages/get_configuration.h"
#include "ocpp/messages/get_diagnostics.h"
#include "ocpp/messages/get_installed_certificate_ids.h"
#include "ocpp/messages/get_local_list_version.h"
#include "ocpp/messages/get_log.h"
#include "ocpp/messages/heartbeat.h"
#include "ocpp/messages/install_certificate.h"
#include "ocpp/messages/log_status_notification.h"
#include "ocpp/messages/meter_values.h"
#include "ocpp/messages/remote_start_transaction.h"
#include "ocpp/messages/remote_stop_transaction.h"
#include "ocpp/messages/reserve_now.h"
#include "ocpp/messages/reset.h"
#include "ocpp/messages/security_event_notification.h"
#include "ocpp/messages/send_local_list.h"
#include "ocpp/messages/set_charging_profile.h"
#include "ocpp/messages/sign_certificate.h"
#include "ocpp/messages/signed_firmware_status_notification.h"
#include "ocpp/messages/signed_update_firmware.h"
#include "ocpp/messages/start_transaction.h"
#include "ocpp/messages/status_notification.h"
#include "ocpp/messages/stop_transaction.h"
#include "ocpp/messages/trigger_message.h"
#include "ocpp/messages/unlock_connector.h"
#include "ocpp/messages/update_firmware.h"

namespace ocpp {

template <class... A>
struct ActionList {
  static constexpr std::size_t size = sizeof...(A);
  using AnyRequest = std::variant<typename A::Request...>;
  using AnyResponse = std::variant<typename A::Response...>;
  static constexpr std::string_view names[] = {A::action...};
  static constexpr Role senders[] = {A::sender...};
  static constexpr Profile profiles[] = {A::profile...};
  static constexpr Delivery deliveries[] = {A::delivery...};

  /// Calls `visit(tag)` with `tag.type()` a default value of each action: `using A = typename decltype(tag)::type`.
  template <class Visit>
  static void forEach(Visit&& visit) {
    (visit(Tag<A>{}), ...);
  }
  template <class T>
  struct Tag {
    using type = T;
  };
};

/// The actions; what belongs to one stands in its header. A new action is one name here. The last eleven are the
/// security extension, which OCPP-J alone has (section 6.3).
using Actions =
    ActionList<Authorize, BootNotification, DataTransfer, DiagnosticsStatusNotification, FirmwareStatusNotification,
               Heartbeat, MeterValues, StartTransaction, StatusNotification, StopTransaction, CancelReservation,
               ChangeAvailability, ChangeConfiguration, ClearCache, ClearChargingProfile, GetCompositeSchedule,
               GetConfiguration, GetDiagnostics, GetLocalListVersion, RemoteStartTransaction, RemoteStopTransaction,
               ReserveNow, Reset, SendLocalList, SetChargingProfile, TriggerMessage, UnlockConnector, UpdateFirmware,
               LogStatusNotification, SecurityEventNotification, SignCertificate, SignedFirmwareStatusNotification,
               CertificateSigned, DeleteCertificate, ExtendedTriggerMessage, GetInstalledCertificateIds, GetLog,
               InstallCertificate, SignedUpdateFirmware>;

/// A request of any action; `index()` is the action's place in the list. A struct and not an alias, so that what copies
/// and destroys 39 alternatives is compiled once and not in every file that has one in its hands.
struct Request : Actions::AnyRequest {
  using Alternatives = Actions::AnyRequest;
  using Actions::AnyRequest::variant;
  Request();
  Request(const Request&);
  Request(Request&&) noexcept;
  Request& operator=(const Request&);
  Request& operator=(Request&&) noexcept;
  ~Request();
};

/// A response of any action; `index()` is the action's place in the list.
struct Response : Actions::AnyResponse {
  using Alternatives = Actions::AnyResponse;
  using Actions::AnyResponse::variant;
  Response();
  Response(const Response&);
  Response(Response&&) noexcept;
  Response& operator=(const Response&);
  Response& operator=(Response&&) noexcept;
  ~Response();
};

constexpr std::size_t actionCount = Actions::size;

template <class Payload>
std::string_view actionName(const Payload& payload) {
  return Actions::names[payload.index()];
}

/// Place of the action of that exact name in the list.
constexpr std::optional<std::size_t> findAction(std::string_view action) {
  for (std::size_t i = 0; i < actionCount; ++i)
    if (Actions::names[i] == action) return i;
  return std::nullopt;
}

/// Place of action A in the list, as `request.index()` reports it.
template <class A>
constexpr std::size_t indexOf = [] {
  std::size_t i = 0;
  while (Actions::names[i] != A::action) ++i;
  return i;
}();

/// The message struct of the action that a Request or Response alternative belongs to.
template <class A>
bool is(const Request& request) {
  return std::holds_alternative<typename A::Request>(request);
}
template <class A>
bool is(const Response& response) {
  return std::holds_alternative<typename A::Response>(response);
}

}  // namespace ocpp
