using FsCheck;
using FsCheck.Fluent;
using Myeloma.Fhir.Terminology.ExpressionConstraints;

namespace Myeloma.Fhir.Terminology.Tests.Properties;

/// <summary>Generated releases and expression constraints, beside an evaluation that looks at one concept at a time.</summary>
public sealed class ExpressionConstraintAlgebraTests
{
    [Fact]
    public void A_constraint_selects_the_concepts_that_the_language_says() => Prop.ForAll(ConstraintGenerator.Arbitrary, generated =>
    {
        var system = generated.Release.Compile();

        var selected = ConstraintSets.Select(system, generated.Constraint.Text, TerminologyLimits.Default, null).From(0).Select(system.Code).Order(StringComparer.Ordinal);

        Assert.Equal(generated.Constraint.Members(generated.Release).Select(GeneratedRelease.Code).Order(StringComparer.Ordinal), selected);
    }).Check(Config.QuickThrowOnFailure.WithMaxTest(2000).WithReplay(20261121, 5));
}
