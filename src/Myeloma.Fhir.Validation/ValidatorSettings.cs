using Myeloma.Fhir.FhirPath;
using Myeloma.Fhir.Model.Elements;
using Myeloma.Fhir.Model.Schema;
using Myeloma.Fhir.Terminology.CodeSystems;
using Myeloma.Fhir.Validation.Codes;

namespace Myeloma.Fhir.Validation;

/// <summary>What a validator works with as long as it lives.</summary>
public sealed record ValidatorSettings
{
    public R4Schema Schema { get; init; } = R4Schema.Instance;

    /// <summary>
    /// Finds a StructureDefinition, ValueSet or CodeSystem that is not part of R4 by its canonical, as written (with <c>|version</c> if it has one); null when
    /// there is none. Asked once for each canonical: what it gives is compiled and kept. Called from any thread.
    /// </summary>
    public Func<string, ResourceDocument?>? Definitions { get; init; }

    /// <summary>Compiles a CodeSystem whose concepts do not lie in it; null for any other. Null: none does. Called from any thread.</summary>
    public Func<ResourceDocument, CompiledCodeSystem?>? Concepts { get; init; }

    /// <summary>Answers whether a code is in a value set; null: the value sets and code systems of R4 and of <see cref="Definitions"/> answer.</summary>
    public CodeMembership? Codes { get; init; }

    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;

    /// <summary>What one invariant may cost on one element.</summary>
    public EvaluationLimits InvariantLimits { get; init; } = new() { MaxSteps = 1_000_000, MaxTime = TimeSpan.FromSeconds(1) };

    /// <summary>How deep profiles may lead to other profiles (of references, extensions, types) while an element is checked.</summary>
    public int MaxProfileDepth { get; init; } = 16;
}
