// SPDX-License-Identifier: GPL-2.0-or-later
// Which service of which version has which action: one line per action, one column per version, checked by the
// compiler.
//
// This file has no include guard on purpose: the includer defines WIRE(Action, in12, in15, in16) and gets the lines.
// Cells: cs = central system service (the charge point calls), cp = charge point service (the central system calls),
// both = either calls, none = not in that version. A wrong cell names a class that gSOAP did not generate.

// clang-format off
//   action                         1.2   1.5   1.6
WIRE(Authorize,                     cs,   cs,   cs)
WIRE(BootNotification,              cs,   cs,   cs)
WIRE(DataTransfer,                  none, both, both)
WIRE(DiagnosticsStatusNotification, cs,   cs,   cs)
WIRE(FirmwareStatusNotification,    cs,   cs,   cs)
WIRE(Heartbeat,                     cs,   cs,   cs)
WIRE(MeterValues,                   cs,   cs,   cs)
WIRE(StartTransaction,              cs,   cs,   cs)
WIRE(StatusNotification,            cs,   cs,   cs)
WIRE(StopTransaction,               cs,   cs,   cs)
WIRE(CancelReservation,             none, cp,   cp)
WIRE(ChangeAvailability,            cp,   cp,   cp)
WIRE(ChangeConfiguration,           cp,   cp,   cp)
WIRE(ClearCache,                    cp,   cp,   cp)
WIRE(ClearChargingProfile,          none, none, cp)
WIRE(GetCompositeSchedule,          none, none, cp)
WIRE(GetConfiguration,              none, cp,   cp)
WIRE(GetDiagnostics,                cp,   cp,   cp)
WIRE(GetLocalListVersion,           none, cp,   cp)
WIRE(RemoteStartTransaction,        cp,   cp,   cp)
WIRE(RemoteStopTransaction,         cp,   cp,   cp)
WIRE(ReserveNow,                    none, cp,   cp)
WIRE(Reset,                         cp,   cp,   cp)
WIRE(SendLocalList,                 none, cp,   cp)
WIRE(SetChargingProfile,            none, none, cp)
WIRE(TriggerMessage,                none, none, cp)
WIRE(UnlockConnector,               cp,   cp,   cp)
WIRE(UpdateFirmware,                cp,   cp,   cp)
// clang-format on
