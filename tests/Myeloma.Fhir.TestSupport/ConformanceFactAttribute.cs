using Xunit;

namespace Myeloma.Fhir.TestSupport;

/// <summary>A fact that needs the suites of <see cref="ConformanceFolder"/>; reported as skipped, with the reason, where they are absent.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class ConformanceFactAttribute : FactAttribute
{
    public ConformanceFactAttribute() => Skip = ConformanceFolder.Path is null ? ConformanceFolder.Reason : null;
}

/// <summary>A theory that needs the suites of <see cref="ConformanceFolder"/>; its data is not asked for where they are absent.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class ConformanceTheoryAttribute : TheoryAttribute
{
    public ConformanceTheoryAttribute() => Skip = ConformanceFolder.Path is null ? ConformanceFolder.Reason : null;
}

/// <summary>A fact that needs the definitions of <see cref="DefinitionsFolder"/>; reported as skipped, with the reason, where they are absent.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class DefinitionsFactAttribute : FactAttribute
{
    public DefinitionsFactAttribute() => Skip = DefinitionsFolder.Path is null ? DefinitionsFolder.Reason : null;
}
