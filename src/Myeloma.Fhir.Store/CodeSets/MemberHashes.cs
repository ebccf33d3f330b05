using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Myeloma.Fhir.Model.Issues;
using Myeloma.Fhir.Store.Writing;
using Myeloma.Fhir.Terminology.Members;

namespace Myeloma.Fhir.Store.CodeSets;

/// <summary>The members of a set as they stand in <c>code_set_member</c>.</summary>
/// <param name="Sorted">Rising, none twice.</param>
internal sealed record MemberHashes(long[] Sorted)
{
    /// <summary>SHA-256 of all: sets with the same members have the same.</summary>
    public byte[] Fingerprint => SHA256.HashData(MemoryMarshal.AsBytes<long>(Sorted));

    /// <exception cref="FhirException"><c>too-costly</c>: more members than the limit.</exception>
    public static MemberHashes Of(CodeMembers members, int limit)
    {
        if (members.Count > limit)
            throw new FhirException(Issue.TooCostly(FormattableString.Invariant(
                $"The set has {members.Count:N0} codes, and a search takes at most {limit:N0} (setting Fhir:MaxCodeSetSize); name a smaller set, or search by its parts.")));
        var hashes = new HashSet<long>(members.WholeSystems.Select(PostingHash.MemberOf));
        foreach (var (system, code) in members.Codes) hashes.Add(PostingHash.MemberOf(system, code));
        var sorted = hashes.ToArray();
        Array.Sort(sorted);
        return new MemberHashes(sorted);
    }
}
