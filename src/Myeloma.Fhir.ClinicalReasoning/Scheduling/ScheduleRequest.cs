namespace Myeloma.Fhir.ClinicalReasoning.Scheduling;

/// <summary>From when and how far a plan is laid out in days.</summary>
public sealed record ScheduleRequest
{
    /// <summary>Day 1 of the first cycle.</summary>
    public required DateOnly Start { get; init; }

    /// <summary>The time of day of everything, by the clock on the wall; null: days only.</summary>
    public TimeOnly? Time { get; init; }

    /// <summary>Where the wall is; its offset is that of each day, so that the hour stays when the clocks change. Not used without <see cref="Time"/>.</summary>
    public TimeZoneInfo Zone { get; init; } = TimeZoneInfo.Utc;

    /// <summary>Cycles at most, over all parts of the plan; null: as many as the plan states, and one where it states none.</summary>
    public int? Cycles { get; init; }

    /// <summary>Ids of actions to be followed where the plan leaves a choice.</summary>
    public IReadOnlySet<string> Selected { get; init; } = new HashSet<string>();
}
