using Myeloma.Fhir.Search.Criteria;

namespace Myeloma.Fhir.Store.Bulk;

/// <summary>Resources of one type that are to be exported.</summary>
/// <param name="Filters">Searches of the type of which one has to match; empty: all resources of the type.</param>
/// <param name="Compartment">Only those that belong to a resource of another type; null: all.</param>
public sealed record ExportSelection(string ResourceType, IReadOnlyList<BoundSearch> Filters, CompartmentMembership? Compartment = null);

/// <summary>Resources that belong to others by their references. https://hl7.org/fhir/R4/compartmentdefinition.html</summary>
/// <param name="OwnerType">What they belong to: <c>Patient</c>.</param>
/// <param name="ParameterIds">Search parameters whose references make them belong; a resource of the owner's type belongs to itself.</param>
/// <param name="OwnerIds">Only to these; null: to any.</param>
public sealed record CompartmentMembership(string OwnerType, IReadOnlyList<int> ParameterIds, IReadOnlyList<string>? OwnerIds);

/// <summary>What an export is to write.</summary>
/// <param name="Selections">One for each type; null: everything there is.</param>
/// <param name="Since">Only versions made at this instant or later, and then also deletions; null: all current ones.</param>
/// <param name="ResourcesPerFile">Most lines of a file.</param>
public sealed record ExportOrder(string Owner, IReadOnlyList<ExportSelection>? Selections, DateTimeOffset? Since, int ResourcesPerFile);

/// <summary>What an export has decided to write.</summary>
/// <param name="TransactionTime">Everything committed by then is in it, nothing of a whole type that is newer; who exports next time since then misses nothing. UTC, whole milliseconds.</param>
/// <param name="Parts">Steps to write it, numbered from 0.</param>
/// <param name="Resources">Versions to be written, deletions among them.</param>
public sealed record ExportChoice(DateTimeOffset TransactionTime, int Parts, long Resources);
