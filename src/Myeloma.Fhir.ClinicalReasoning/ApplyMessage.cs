namespace Myeloma.Fhir.ClinicalReasoning;

/// <summary>Message ids of the issues in the results of <c>$apply</c> and <c>$schedule</c>.</summary>
public static class ApplyMessage
{
    /// <summary>It is not known whether a condition of an action is met.</summary>
    public const string ConditionUnknown = "apply-condition-unknown";

    /// <summary>A condition of an action is not met, and the action is left out.</summary>
    public const string ConditionUnmet = "apply-condition-unmet";

    /// <summary>How a start or stop condition of an action stands at the time of the request.</summary>
    public const string ConditionNow = "apply-condition-now";

    /// <summary>A definition leads back to itself, or definitions are too deep, and it is not applied.</summary>
    public const string DefinitionCycle = "apply-definition-cycle";

    /// <summary>A resource of this type can't be applied.</summary>
    public const string DefinitionType = "apply-definition-type";

    /// <summary>The definition of an action is not known here.</summary>
    public const string DefinitionUnknown = "apply-definition-unknown";

    /// <summary>The kind of request can't say that something is not to be done.</summary>
    public const string DoNotPerform = "apply-do-not-perform";

    /// <summary>A dynamic value could not be computed, or has no place.</summary>
    public const string DynamicValue = "apply-dynamic-value";

    /// <summary>An action of a plan says nothing and is left out.</summary>
    public const string EmptyAction = "apply-empty-action";

    /// <summary>An activity names no kind of request, or one that is not made here.</summary>
    public const string Kind = "apply-kind";

    /// <summary>A relation to an action that is not in the result is left out.</summary>
    public const string RelatedAction = "apply-related-action";

    /// <summary>A plan leaves a choice, and none of what it may be is laid out in days.</summary>
    public const string ScheduleChoice = "schedule-choice";

    /// <summary>An action that is laid out in days depends on a condition.</summary>
    public const string ScheduleCondition = "schedule-condition";

    /// <summary>How often a cycle is repeated is not stated, or less often than was asked for.</summary>
    public const string ScheduleCycles = "schedule-cycles";

    /// <summary>A day of a cycle lies behind its end.</summary>
    public const string ScheduleDay = "schedule-day";

    /// <summary>A plan states no timing that gives days.</summary>
    public const string ScheduleNone = "schedule-none";

    /// <summary>No day follows from the relation of an action to another one, or not only one.</summary>
    public const string ScheduleRelation = "schedule-relation";

    /// <summary>The kind of request has no place for the timing of the activity.</summary>
    public const string Timing = "apply-timing";

    /// <summary>The transform of a definition is not carried out.</summary>
    public const string Transform = "apply-transform";
}
