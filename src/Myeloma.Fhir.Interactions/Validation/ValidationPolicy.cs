using Myeloma.Fhir.Model.Elements;

namespace Myeloma.Fhir.Interactions.Validation;

/// <summary>What a write does about faults that its structural check does not find. Faults of structure are refused in every mode: they could be neither indexed nor written as XML.</summary>
public enum ValidationMode
{
    /// <summary>Nothing more is looked at.</summary>
    Off,

    /// <summary>Stored; what is found is told.</summary>
    Warn,

    /// <summary>Codes outside required value sets are refused; the rest is told.</summary>
    Default,

    /// <summary>Every error is refused, and what can't be checked whole; warnings are told.</summary>
    Reject,
}

/// <summary>How writes are validated, and what a validation may cost.</summary>
public sealed record ValidationPolicy
{
    /// <summary>Where no other is named for type or profile.</summary>
    public ValidationMode Mode { get; init; } = ValidationMode.Default;

    /// <summary>By resource type.</summary>
    public IReadOnlyDictionary<string, ValidationMode> ByType { get; init; } = new Dictionary<string, ValidationMode>();

    /// <summary>By a canonical in <c>meta.profile</c>; one without version means every version. It precedes the type; of several the strictest counts.</summary>
    public IReadOnlyDictionary<string, ValidationMode> ByProfile { get; init; } = new Dictionary<string, ValidationMode>();

    /// <summary>Whether what is told is looked for at every write, and not only when the client asks for the OperationOutcome.</summary>
    public bool AlwaysTells { get; init; }

    /// <summary>Issues of one answer.</summary>
    public int MaxIssues { get; init; } = 1_000;

    /// <summary>References of one document that are looked up on this server.</summary>
    public int MaxReferences { get; init; } = 500;

    /// <summary>Bytes of stored definitions kept in memory; those beyond are read when they are asked for.</summary>
    public int MaxDefinitionBytes { get; init; } = 64 << 20;

    /// <summary>Steps of one invariant on one element.</summary>
    public int InvariantSteps { get; init; } = 1_000_000;

    /// <summary>Time of one invariant on one element.</summary>
    public TimeSpan InvariantTime { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>The mode that counts for a resource.</summary>
    public ValidationMode ModeOf(ResourceDocument document)
    {
        ValidationMode? ofProfile = null;
        if (ByProfile.Count > 0 && document.Root.Child("meta") is { } meta)
        {
            foreach (var profile in meta.Children("profile"))
            {
                if (profile.Text is not { } canonical) continue;
                if ((ByProfile.TryGetValue(canonical, out var mode) || ByProfile.TryGetValue(canonical.Split('|')[0], out mode)) && (ofProfile is null || mode > ofProfile)) ofProfile = mode;
            }
        }

        return ofProfile ?? (ByType.TryGetValue(document.ResourceType, out var ofType) ? ofType : Mode);
    }
}
