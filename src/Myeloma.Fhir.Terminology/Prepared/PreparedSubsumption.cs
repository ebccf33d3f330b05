using Myeloma.Fhir.Terminology.CodeSystems;
using Myeloma.Fhir.Terminology.Operations;

namespace Myeloma.Fhir.Terminology.Prepared;

/// <summary><c>$subsumes</c> of any two codes of one system.</summary>
internal sealed class PreparedSubsumption(CompiledCodeSystem system) : PreparedQuestion
{
    public override bool TryAnswer(ReadOnlySpan<char> code, ReadOnlySpan<char> other, JsonBuffer output)
    {
        if (system.Find(code) is not (>= 0 and var left) || system.Find(other) is not (>= 0 and var right)) return false;
        output.Raw("{\"resourceType\":\"Parameters\",\"parameter\":[{\"name\":\"outcome\",\"valueCode\":\""u8);
        output.Text(Subsumes.Outcome(system, left, right));
        output.Raw("\"}]}"u8);
        return true;
    }
}
