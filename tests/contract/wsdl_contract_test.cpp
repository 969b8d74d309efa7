// SPDX-License-Identifier: GPL-2.0-or-later
// Our messages against the six published contracts: what each version has, demands and calls differently is compared
// with describe() and the tables, and everything that differs is a row here.
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "ocpp/messages.h"
#include "tests/contract/compare.h"
#include "tests/contract/facts.h"
#include "tests/contract/wsdl_facts.h"
#include "tests/support/test.h"

namespace {

using contract::Known;
using contract::Node;
using contract::What;
using ocpp::Half;
using ocpp::Profile;
using ocpp::Role;
using ocpp::Version;
using std::string_view;

/// The operation surface: every action that a WSDL has, who sends it, the profile of 1.6 section 3.2, and since when.
struct Surface {
  string_view action;
  Role sender;
  Profile profile;
  Version since;
};
constexpr Surface surface[] = {
    {"Authorize", Role::ChargePoint, Profile::Core, Version::V12},
    {"BootNotification", Role::ChargePoint, Profile::Core, Version::V12},
    {"DiagnosticsStatusNotification", Role::ChargePoint, Profile::FirmwareManagement, Version::V12},
    {"FirmwareStatusNotification", Role::ChargePoint, Profile::FirmwareManagement, Version::V12},
    {"Heartbeat", Role::ChargePoint, Profile::Core, Version::V12},
    {"MeterValues", Role::ChargePoint, Profile::Core, Version::V12},
    {"StartTransaction", Role::ChargePoint, Profile::Core, Version::V12},
    {"StatusNotification", Role::ChargePoint, Profile::Core, Version::V12},
    {"StopTransaction", Role::ChargePoint, Profile::Core, Version::V12},
    {"ChangeAvailability", Role::CentralSystem, Profile::Core, Version::V12},
    {"ChangeConfiguration", Role::CentralSystem, Profile::Core, Version::V12},
    {"ClearCache", Role::CentralSystem, Profile::Core, Version::V12},
    {"GetDiagnostics", Role::CentralSystem, Profile::FirmwareManagement, Version::V12},
    {"RemoteStartTransaction", Role::CentralSystem, Profile::Core, Version::V12},
    {"RemoteStopTransaction", Role::CentralSystem, Profile::Core, Version::V12},
    {"Reset", Role::CentralSystem, Profile::Core, Version::V12},
    {"UnlockConnector", Role::CentralSystem, Profile::Core, Version::V12},
    {"UpdateFirmware", Role::CentralSystem, Profile::FirmwareManagement, Version::V12},
    {"DataTransfer", Role::Any, Profile::Core, Version::V15},
    {"CancelReservation", Role::CentralSystem, Profile::Reservation, Version::V15},
    {"GetConfiguration", Role::CentralSystem, Profile::Core, Version::V15},
    {"GetLocalListVersion", Role::CentralSystem, Profile::LocalAuthListManagement, Version::V15},
    {"ReserveNow", Role::CentralSystem, Profile::Reservation, Version::V15},
    {"SendLocalList", Role::CentralSystem, Profile::LocalAuthListManagement, Version::V15},
    {"ClearChargingProfile", Role::CentralSystem, Profile::SmartCharging, Version::V16},
    {"GetCompositeSchedule", Role::CentralSystem, Profile::SmartCharging, Version::V16},
    {"SetChargingProfile", Role::CentralSystem, Profile::SmartCharging, Version::V16},
    {"TriggerMessage", Role::CentralSystem, Profile::RemoteTrigger, Version::V16},
};

const Surface* surfaceOf(string_view action) {
  for (const Surface& row : surface)
    if (row.action == action) return &row;
  return nullptr;
}

/// The operations that a service must have: those that its peer sends, in the version or an older one.
std::set<std::string> expectedOperations(Version version, Role receiver) {
  std::set<std::string> expected;
  for (const Surface& row : surface)
    if (row.since <= version && row.sender != receiver) expected.emplace(row.action);
  return expected;
}

// --- What differs from describe()

constexpr auto V12 = Version::V12;
constexpr auto V15 = Version::V15;
constexpr auto V16 = Version::V16;

constexpr Known known[] = {
    // Fields that came later.
    {V12, "MeterValues.Request/transactionId", What::Absent, "int", "", "since 1.5"},
    {V12, "StartTransaction.Request/reservationId", What::Absent, "int", "", "since 1.5"},
    {V12, "StatusNotification.Request/info", What::Absent, "text", "", "since 1.5"},
    {V12, "StatusNotification.Request/timestamp", What::Absent, "dateTime", "", "since 1.5"},
    {V12, "StatusNotification.Request/vendorId", What::Absent, "text", "", "since 1.5"},
    {V12, "StatusNotification.Request/vendorErrorCode", What::Absent, "text", "", "since 1.5"},
    {V12, "StopTransaction.Request/transactionData", What::Absent, "object", "", "since 1.5"},
    {V12, "StopTransaction.Request/reason", What::Absent, "enumeration", "", "since 1.6"},
    {V15, "StopTransaction.Request/reason", What::Absent, "enumeration", "", "since 1.6"},
    {V12, "RemoteStartTransaction.Request/chargingProfile", What::Absent, "object", "", "since 1.6"},
    {V15, "RemoteStartTransaction.Request/chargingProfile", What::Absent, "object", "", "since 1.6"},
    {V15, "MeterValues.Request/meterValue/sampledValue/phase", What::Absent, "enumeration", "", "since 1.6"},
    {V15, "StopTransaction.Request/transactionData/values/sampledValue/phase", What::Absent, "enumeration", "",
     "since 1.6"},

    // Fields that went.
    {V15, "SendLocalList.Request/hash", What::Undescribed, "", "text", "gone in 1.6; not read, not written"},
    {V15, "SendLocalList.Response/hash", What::Undescribed, "", "text", "gone in 1.6; not read, not written"},

    // Orders.
    {V12, "RemoteStartTransaction.Request", What::Order, "connectorId idTag ", "idTag connectorId ", "turned in 1.6"},
    {V15, "RemoteStartTransaction.Request", What::Order, "connectorId idTag ", "idTag connectorId ", "turned in 1.6"},
    {V15, "SendLocalList.Request", What::Order, "listVersion localAuthorisationList updateType ",
     "updateType listVersion localAuthorisationList ", "turned in 1.6"},

    // Cardinality.
    {V12, "BootNotification.Response/currentTime", What::Cardinality, "1..1", "0..1", "required since 1.5"},
    {V12, "BootNotification.Response/interval", What::Cardinality, "1..1", "0..1", "required since 1.5"},
    {V12, "MeterValues.Request/meterValue", What::Cardinality, "1..*", "0..*", "OCPP-J demands one (AtLeastOne)"},
    {V15, "MeterValues.Request/meterValue", What::Cardinality, "1..*", "0..*", "OCPP-J demands one (AtLeastOne)"},
    {V16, "MeterValues.Request/meterValue", What::Cardinality, "1..*", "0..*", "OCPP-J demands one (AtLeastOne)"},

    // Limits: ours are those of 1.6.
    {V12, "*", What::Limit, "*", "none", "1.2 limits no text at all"},
    {V15, "DataTransfer.Request/vendorId", What::Limit, "255", "none", "limited since 1.6"},
    {V15, "DataTransfer.Request/messageId", What::Limit, "50", "none", "limited since 1.6"},
    {V15, "StatusNotification.Request/info", What::Limit, "50", "none", "limited since 1.6"},
    {V15, "StatusNotification.Request/vendorId", What::Limit, "255", "none", "limited since 1.6"},
    {V15, "StatusNotification.Request/vendorErrorCode", What::Limit, "50", "none", "limited since 1.6"},
    {V15, "ChangeConfiguration.Request/key", What::Limit, "50", "none", "limited since 1.6"},
    {V15, "ChangeConfiguration.Request/value", What::Limit, "500", "none", "limited since 1.6"},
    {V15, "GetConfiguration.Request/key", What::Limit, "50", "none", "limited since 1.6"},
    {V15, "GetConfiguration.Response/configurationKey/key", What::Limit, "50", "none", "limited since 1.6"},
    {V15, "GetConfiguration.Response/configurationKey/value", What::Limit, "500", "none", "limited since 1.6"},
    {V15, "GetConfiguration.Response/unknownKey", What::Limit, "50", "none", "limited since 1.6"},
    {V15, "GetDiagnostics.Response/fileName", What::Limit, "255", "none", "limited since 1.6"},
};

// --- Shapes: described fields as a version nests them

/// 1.2: one bare whole number in place of the list of samples.
void bareInt(Node& samples) {
  Node bare;
  bare.name = samples.name;
  bare.older = "value";
  bare.kind = "int";
  samples = bare;
}

/// 1.5: each sample is the text of an element, its other fields are attributes of that element.
void textWithAttributes(Node& samples) {
  const Node text = samples.children.front();
  samples.older = text.name;
  samples.kind = text.kind;
  samples.limit = text.limit;
  samples.children.erase(samples.children.begin());
}

/// 1.5: transactionData is a list of objects that have a list `values`.
void oneLevelDeeper(Node& transactionData) {
  Node values = transactionData;
  values.name = "values";
  transactionData.children = {values};
}

struct Shape {
  Version version;
  string_view path;
  void (*reshape)(Node& field);
};
constexpr Shape shapes[] = {
    {V12, "MeterValues.Request/meterValue/sampledValue", bareInt},
    {V15, "MeterValues.Request/meterValue/sampledValue", textWithAttributes},
    {V15, "StopTransaction.Request/transactionData/sampledValue", textWithAttributes},
    {V15, "StopTransaction.Request/transactionData", oneLevelDeeper},
};

/// The field below `root` (whose path is `rootPath`) that the path leads to; null if it leads elsewhere.
Node* follow(Node& root, string_view rootPath, string_view path) {
  if (path.substr(0, rootPath.size()) != rootPath) return nullptr;
  path.remove_prefix(rootPath.size());
  if (path.empty()) return &root;
  if (path.front() != '/') return nullptr;
  path.remove_prefix(1);
  for (Node& child : root.children)
    if (path.substr(0, path.find('/')) == child.name) return follow(child, child.name, path);
  return nullptr;
}

// --- Comparison

std::string rootPath(const std::string& action, Half half) {
  return action + (half == Half::Request ? ".Request" : ".Response");
}

/// What describe() of a half of an action says, in the shape of the version. Empty kind: no such action.
Node describedHalf(const std::string& action, Half half, Version version) {
  Node node;
  ocpp::Actions::forEach([&](auto tag) {
    using A = typename decltype(tag)::type;
    if (A::action != action) return;
    const auto encoding = ocpp::soapEncoding(version);
    node = half == Half::Request ? contract::described<typename A::Request>(encoding)
                                 : contract::described<typename A::Response>(encoding);
  });
  const std::string path = rootPath(action, half);
  for (const Shape& shape : shapes)
    if (shape.version == version)
      if (Node* field = follow(node, path, shape.path)) shape.reshape(*field);
  return node;
}

contract::Comparison compared(const contract::Service& service) {
  contract::Comparison comparison(ocpp::soapEncoding(service.version));
  for (const auto& operation : service.operations)
    for (const Half half : {Half::Request, Half::Response})
      comparison.compare(rootPath(operation.name, half), describedHalf(operation.name, half, service.version),
                         half == Half::Request ? operation.request : operation.response);
  return comparison;
}

/// Calls `visit(path, field)` for each enumeration at or below the node.
template <class Visit>
void forEachEnumeration(const std::string& path, const Node& node, Visit& visit) {
  if (node.reads != nullptr) visit(path, node);
  for (const Node& child : node.children) forEachEnumeration(path + "/" + child.name, child, visit);
}

std::string joined(const std::vector<std::string>& lines) {
  std::string text;
  for (const std::string& line : lines) text += "\n" + line;
  return text;
}

std::string lowerFirst(std::string name) {
  name.front() = static_cast<char>(name.front() - 'A' + 'a');
  return name;
}

}  // namespace

TEST(WsdlMessages, "Each message of each WSDL has exactly the fields that describe() says, but for the known rows") {
  contract::Judge judge(known);
  std::size_t halves = 0;
  for (const auto& service : contract::services()) {
    judge.judge(service.version, compared(service).differences());
    halves += 2 * service.operations.size();
  }
  CPPUNIT_ASSERT_EQUAL_MESSAGE("messages compared", std::size_t{2 * (18 + 25 + 29)}, halves);
  CPPUNIT_ASSERT_EQUAL(std::string(), joined(judge.complaints()));
}

TEST(WsdlEnumerations, "An enumeration that no message of a version has, has no word in the column of that version") {
  for (const Version version : {V12, V15, V16}) {
    std::set<decltype(Node::reads)> met;
    for (const auto& service : contract::services())
      if (service.version == version) met.merge(std::set(compared(service).metEnumerations()));
    const auto check = [&](const std::string& path, const Node& field) {
      if (met.count(field.reads) == 0)
        CPPUNIT_ASSERT_MESSAGE("OCPP " + std::string(ocpp::name(version)) + " " + path, field.literals.empty());
    };
    for (const string_view action : ocpp::Actions::names)
      for (const Half half : {Half::Request, Half::Response}) {
        const std::string name(action);
        forEachEnumeration(rootPath(name, half), describedHalf(name, half, version), check);
      }
  }
}

TEST(WsdlShapes, "Each row of shapes leads to a field of a message that the version has") {
  for (const Shape& shape : shapes) {
    const std::string action(shape.path.substr(0, shape.path.find('.')));
    Node plain = describedHalf(action, Half::Request, V16);  // 1.6 has no shapes of its own
    CPPUNIT_ASSERT_MESSAGE(std::string(shape.path), follow(plain, rootPath(action, Half::Request), shape.path));
    CPPUNIT_ASSERT(surfaceOf(action) != nullptr && surfaceOf(action)->since <= shape.version);
  }
}

TEST(WsdlSurface, "Each service has the operations of its version: 9 + 9, 10 + 15, 10 + 19") {
  const std::map<std::pair<Version, Role>, std::size_t> counts = {
      {{V12, Role::CentralSystem}, 9}, {{V12, Role::ChargePoint}, 9},    {{V15, Role::CentralSystem}, 10},
      {{V15, Role::ChargePoint}, 15},  {{V16, Role::CentralSystem}, 10}, {{V16, Role::ChargePoint}, 19}};
  CPPUNIT_ASSERT_EQUAL(counts.size(), contract::services().size());
  for (const auto& service : contract::services()) {
    std::set<std::string> names;
    for (const auto& operation : service.operations) names.insert(operation.name);
    CPPUNIT_ASSERT_EQUAL_MESSAGE(service.file, counts.at({service.version, service.receiver}), names.size());
    CPPUNIT_ASSERT_MESSAGE(service.file, names == expectedOperations(service.version, service.receiver));
  }
}

TEST(WsdlActions, "Our actions are those of the WSDLs with their sender and profile, and the JSON-only security ones") {
  std::set<string_view> seen;
  for (std::size_t i = 0; i < ocpp::actionCount; ++i) {
    const string_view action = ocpp::Actions::names[i];
    const Surface* row = surfaceOf(action);
    CPPUNIT_ASSERT_MESSAGE(std::string(action) + " is there twice", seen.insert(action).second);
    CPPUNIT_ASSERT_MESSAGE(std::string(action) + " is in no WSDL and not of the security extension",
                           (row == nullptr) == (ocpp::Actions::profiles[i] == Profile::Security));
    if (row == nullptr) continue;
    CPPUNIT_ASSERT_MESSAGE(std::string(action) + ": sender", row->sender == ocpp::Actions::senders[i]);
    CPPUNIT_ASSERT_MESSAGE(std::string(action) + ": profile", row->profile == ocpp::Actions::profiles[i]);
  }
  for (const Surface& row : surface) CPPUNIT_ASSERT_MESSAGE(std::string(row.action), seen.count(row.action) == 1);
}

TEST(WsdlBindings, "WA-1, WA-2: soapAction and wsaw:Action are /Op and /OpResponse (1.2: no action for responses)") {
  for (const auto& service : contract::services())
    for (const auto& operation : service.operations) {
      const std::string where = service.file + " " + operation.name;
      CPPUNIT_ASSERT_EQUAL_MESSAGE(where, "/" + operation.name, operation.soapAction);
      CPPUNIT_ASSERT_EQUAL_MESSAGE(where, "/" + operation.name, operation.requestAction);
      CPPUNIT_ASSERT_EQUAL_MESSAGE(where, service.version == V12 ? "" : "/" + operation.name + "Response",
                                   operation.responseAction);
    }
}

TEST(WsdlBodies, "The body is opRequest or opResponse, chargeBoxIdentity heads requests only, no fault is declared") {
  for (const auto& service : contract::services())
    for (const auto& operation : service.operations) {
      const std::string where = service.file + " " + operation.name;
      CPPUNIT_ASSERT_EQUAL_MESSAGE(where, lowerFirst(operation.name) + "Request", operation.request.name);
      CPPUNIT_ASSERT_EQUAL_MESSAGE(where, lowerFirst(operation.name) + "Response", operation.response.name);
      CPPUNIT_ASSERT_MESSAGE(where, operation.requestHeaders == std::vector<std::string>{"chargeBoxIdentity"});
      CPPUNIT_ASSERT_MESSAGE(where, operation.responseHeaders.empty());
      CPPUNIT_ASSERT_MESSAGE(where, !operation.declaresFaults);
    }
}
