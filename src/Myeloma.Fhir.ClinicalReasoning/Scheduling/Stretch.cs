namespace Myeloma.Fhir.ClinicalReasoning.Scheduling;

/// <summary>A stretch of days that actions are laid into.</summary>
/// <param name="Use">The use of a plan that it is part of.</param>
/// <param name="Part">The action it is part of; null at the top.</param>
/// <param name="End">The first day behind it; null when it is open.</param>
/// <param name="Cycle">0 outside of cycles.</param>
/// <param name="CycleStart">The first day of the cycle; null outside of cycles.</param>
internal sealed record Stretch(PlanUse Use, ActionTimes? Part, DateOnly Start, DateOnly? End, int Cycle, DateOnly? CycleStart)
{
    /// <summary>The day that is day 1.</summary>
    public DateOnly DayOne => CycleStart ?? Start;
}

/// <summary>One use of a plan: its cycles are counted, and ids of actions are those of one use.</summary>
internal sealed class PlanUse
{
    public int Cycles { get; set; }
}
