using System.Globalization;
using Myeloma.Fhir.ClinicalReasoning;
using Myeloma.Fhir.ClinicalReasoning.Scheduling;
using Myeloma.Fhir.Interactions.Operations;
using Myeloma.Fhir.Interactions.Responses;
using Myeloma.Fhir.Interactions.Validation;
using Myeloma.Fhir.Model.Issues;
using Myeloma.Fhir.Store;

namespace Myeloma.Fhir.Interactions.Applying;

/// <summary><c>$schedule</c>: a plan with cycles and days, laid out from a day on. An operation of our own; nothing is stored, and nothing asked about a patient.</summary>
public sealed class ScheduleOperation(ResourceStore store, CurrentDefinitions definitions, ApplySettings settings) : IOperation
{
    private const int MaxCycles = 10_000;

    public OperationDefinition Definition { get; } = new()
    {
        Name = "$schedule",
        Url = "http://myeloma-fhir.org/fhir/OperationDefinition/schedule",
        Levels = OperationLevels.Type | OperationLevels.Instance,
        ResourceTypes = ["PlanDefinition"],
        Parameters =
        [
            new("planDefinition", "PlanDefinition"), new("url", "uri"), new("version", "string"), new("start", "dateTime", Min: 1), new("timeZone", "string"), new("cycles", "integer"),
            new("select", "string", Max: int.MaxValue),
        ],
    };

    /// <returns>200 with Parameters, as <see cref="PlanSchedule.Of"/> has them.</returns>
    /// <exception cref="FhirException">
    /// <c>invalid</c>: a start without a day, a time zone that is not known, a number of cycles below 1; what <see cref="AppliedDefinition.GetAsync"/> and <see cref="PlanSchedule.Of"/> name.
    /// </exception>
    public async Task<FhirResponse> HandleAsync(OperationRequest request, CancellationToken cancellationToken)
    {
        var schedule = Read(request);
        var versions = await definitions.FollowVersionsAsync(cancellationToken);
        var plan = await new AppliedDefinition(store).GetAsync(request, versions, cancellationToken);
        var json = new PlanSchedule(new ApplySources { Definitions = versions }, settings.Limits).Of(plan, schedule, cancellationToken);
        return FhirResponse.Ok(new ResourceContent("Parameters", json));
    }

    private static ScheduleRequest Read(OperationRequest request)
    {
        var faults = new List<Issue>();
        var text = request.Text("start")!;
        var zone = request.Text("timeZone") is { } name ? Zone(name, request, faults) : null;
        var cycles = request.Integer("cycles");
        if (cycles is < 1 or > MaxCycles) faults.Add(Issue.Invalid(FormattableString.Invariant($"The parameter 'cycles' is a number from 1 to {MaxCycles:N0}, not {cycles}.")));
        DateTime? time = null;
        var instant = default(DateTimeOffset);
        if (text.Length < 10 || (text.Length > 10 && !DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, out instant)) || !DateOnly.TryParseExact(text[..10], "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var date))
        {
            faults.Add(Issue.Invalid($"The parameter 'start' is a day, with or without a time, not '{text}'."));
            date = default;
        }
        else if (text.Length > 10)
        {
            zone ??= TimeZoneInfo.CreateCustomTimeZone("start", instant.Offset, null, null);
            time = TimeZoneInfo.ConvertTime(instant, zone).DateTime;
            date = DateOnly.FromDateTime(time.Value);
        }

        return faults.Count > 0 ? throw new FhirException(faults) : new ScheduleRequest
        {
            Start = date,
            Time = time is { } clock ? TimeOnly.FromDateTime(clock) : null,
            Zone = zone ?? TimeZoneInfo.Utc,
            Cycles = cycles,
            Selected = request.Texts("select").ToHashSet(),
        };
    }

    private static TimeZoneInfo? Zone(string name, OperationRequest request, List<Issue> faults)
    {
        if (name.Length < 64 && TimeZoneInfo.TryFindSystemTimeZoneById(name, out var zone)) return zone;
        faults.Add(Issue.Invalid($"The time zone '{(name.Length < 64 ? name : name[..64] + "…")}' is not known here; name one like 'Europe/Paris'.", request.Arguments("timeZone").First().Expression));
        return null;
    }
}
